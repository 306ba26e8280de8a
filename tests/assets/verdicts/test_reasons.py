"""The reasons for which a verdict says nothing, each told apart from its neighbours."""

import pytest

from assets.verdicts.reasons import Unproven, is_masked, is_readable, reason_of


@pytest.mark.parametrize(
    ("verdict", "detail", "reason"),
    [
        ("pass", "", None),
        ("fail", "AssertionError", None),
        ("no_tests", "no assertion was run", Unproven.ZERO_TESTS),
        ("no_tests", "the tests hold no live assertion", Unproven.ZERO_TESTS),
        ("no_tests", "all tests were skipped", Unproven.ALL_SKIPPED),
    ],
)
def test_the_reason_of_a_verdict(verdict: str, detail: str, reason: Unproven | None) -> None:
    assert reason_of(verdict, detail, "python", "tests") is reason


@pytest.mark.parametrize(
    ("tests", "masked"),
    [
        ('[ "$(f)" = 3 ] | tee log\n', True),
        ("f 1 | grep -q 3 | cat\n", True),
        ("diff <(f) expected | head -1\n", True),
        ('set -o pipefail\n[ "$(f)" = 3 ] | tee log\n', False),
        ('[ "$(f)" = 3 ] || exit 1\n', False),
        ("f 1 | grep -q 3\n", False),
        ('# [ "$(f)" = 3 ] | tee log\n', False),
    ],
)
def test_a_status_that_a_pipe_hides(tests: str, masked: bool) -> None:
    assert is_masked(tests) is masked


BODY = "    total = 0\n    for x in xs:\n        total += x * x\n    return total\n"
CODE = f"def squares(xs):\n{BODY}"
NODE = "class Node:\n    def __init__(self, value, next):\n        self.value, self.next = value, next\n"
C = "int squares(const int *xs, int n) {\n  int t = 0;\n  while (n--) t += xs[n] * xs[n];\n  return t;\n}\n"
JS = "function squares(xs) {\n  let total = 0;\n  for (const x of xs) total += x * x;\n  return total;\n}\n"


@pytest.mark.parametrize(
    ("language", "code", "tests", "readable"),
    [
        ("python", CODE, f"def expected(xs):\n{BODY}\nassert squares([1]) == expected([1])\n", True),
        ("python", CODE, "import inspect\nassert 'total' in inspect.getsource(squares)\n", True),
        ("python", CODE, "assert squares([1, 2]) == 5\n", False),
        ("python", CODE, f"def squares(xs):\n{BODY}\nassert squares([1]) == 1\n", False),  # another matter: not reached
        ("python", NODE, f"{NODE}assert f(Node(1)) == 1\n", False),
        ("javascript", JS, JS.replace("squares", "expected") + "assert(squares([2]) === expected([2]));\n", True),
        ("javascript", JS, "assert(squares.toString().includes('total'));\n", True),
        ("javascript", JS, "assert(squares([2]) === 4); // __filename\n", False),
        ("c", C, C.replace("squares", "expected") + "int main() { assert(squares(a, 1) == expected(a, 1)); }", True),
        ("c", C, 'int main(void) { FILE *f = fopen(__FILE__, "r"); assert(f); }\n', True),
        ("cpp", C, 'int main() { FILE *f = fopen(__FILE__, "r"); assert(f); }\n', True),
        ("c", C, "int main(void) { int a[] = {2}; assert(squares(a, 1) == 4); fail(__FILE__); }\n", False),
        ("bash", "f() { echo 1; }\n", "declare -f f | grep -q echo || exit 1\n", True),
        ("rust", "fn f() -> i32 { 1 }\n", 'fn main() { assert!(include_str!("main.rs").contains("f")); }\n', True),
    ],
)  # fmt: skip
def test_tests_that_knew_the_answer(language: str, code: str, tests: str, readable: bool) -> None:
    assert is_readable(language, code, tests) is readable
