"""One record of our own in each published form, as its files have it, with a right and a wrong answer.

The published files are data of others; these have their fields and their way to write tests, and nothing of theirs.
"""

import base64
import json
import pickle
import zlib
from typing import Any

HUMANEVAL: dict[str, Any] = {
    "task_id": "Own/0",
    "prompt": 'def tripled(number: int) -> int:\n    """Three times the number.\n    >>> tripled(2)\n    6\n'
    '    """\n',
    "entry_point": "tripled",
    "canonical_solution": "    return 3 * number\n",
    "test": "METADATA = {}\n\n\ndef check(candidate):\n    assert candidate(2) == 6\n"
    "    assert candidate(-1) == -3\n",
}

MBPP: dict[str, Any] = {
    "task_id": 17,
    "text": "Write a function to count the even numbers of a list.",
    "code": "def count_even(numbers):\r\n  return len([n for n in numbers if n % 2 == 0])",
    "test_list": ["assert count_even([1, 2, 4]) == 2", "assert count_even([]) == 0"],
    "test_setup_code": "",
    "challenge_test_list": [],
}

MBPP_PLUS: dict[str, Any] = {
    "task_id": 17,
    "prompt": MBPP["text"],
    "code": MBPP["code"],
    "source_file": "own.ipynb",
    "test_imports": ["import math"],
    "test_list": MBPP["test_list"],
    "test": "def assertion(out, exp, atol):\n    assert out == exp or math.isclose(out, exp, abs_tol=atol)\n\n"
    "inputs = [[[1, 2, 4]], [[3]]]\nresults = [2, 0]\n"
    "for i, (inp, exp) in enumerate(zip(inputs, results)):\n    assertion(count_even(*inp), exp, 0)\n",
}


def _pack(language: str, **fields: str) -> dict[str, Any]:
    common = {
        "bug_type": "value misuse",
        "failure_symptoms": "incorrect output",
        "import": "",
        "test_setup": "",
    }
    return {"task_id": f"{language}/0", **common, **fields}


HUMANEVALPACK: dict[str, dict[str, Any]] = {
    "python": _pack(
        "Python",
        prompt="from typing import List\n\n\ndef tripled(number: int) -> int:\n"
        '    """ Three times the number.\n    """\n',
        declaration="from typing import List\n\n\ndef tripled(number: int) -> int:\n",
        canonical_solution="    return 3 * number\n",
        buggy_solution="    return 2 * number\n",
        entry_point="tripled",
        test="def check(tripled):\n    assert tripled(2) == 6\n    assert tripled(-1) == -3\n\ncheck(tripled)",
        docstring="Three times the number.",
        instruction="Write a Python function `tripled(number: int) -> int` to solve: three times the number.",
    ),
    "javascript": _pack(
        "JavaScript",
        prompt="/* Three times the number.\n  */\nconst tripled = (number) => {\n",
        declaration="\nconst tripled = (number) => {\n",
        canonical_solution="  return 3 * number;\n}\n\n",
        buggy_solution="  return 2 * number;\n}\n\n",
        entry_point="tripled",
        test="const testTripled = () => {\n  console.assert(tripled(2) === 6)\n"
        "  console.assert(tripled(-1) === -3)\n}\n\ntestTripled()\n",
        docstring="Three times the number.",
        instruction="Write a JavaScript function `tripled`.",
    ),
    "java": _pack(
        "Java",
        prompt="import java.util.*;\nimport java.lang.*;\n\nclass Solution {\n    /**\n    Three times the number.\n"
        "    */\n    public int tripled(int number) {\n",
        declaration="import java.util.*;\nimport java.lang.*;\n\nclass Solution {\n"
        "    public int tripled(int number) {\n",
        canonical_solution="        return 3 * number;\n    }\n}",
        buggy_solution="        return 2 * number;\n    }\n}",
        entry_point="tripled",
        test="public class Main {\n    public static void main(String[] args) {\n"
        "        Solution s = new Solution();\n"
        "        List<Boolean> correct = Arrays.asList(\n            s.tripled(2) == 6,\n"
        "            s.tripled(-1) == -3\n"
        "        );\n        if (correct.contains(false)) {\n            throw new AssertionError();\n"
        "        }\n    }\n}\n",
        docstring="Three times the number.",
        instruction="Write a Java function `int tripled(int number)`.",
    ),
    "cpp": _pack(
        "CPP",
        prompt="/*\nThree times the number.\n*/\n#include<stdio.h>\n#include<vector>\nusing namespace std;\n"
        "int tripled(int number){\n",
        declaration="#include<stdio.h>\n#include<vector>\nusing namespace std;\n#include<algorithm>\n"
        "int tripled(int number){\n",
        canonical_solution="    return 3 * number;\n}\n\n",
        buggy_solution="    return 2 * number;\n}\n\n",
        entry_point="tripled",
        test="#undef NDEBUG\n#include<assert.h>\nint main(){\n    assert (tripled(2)==6);\n"
        "    assert (tripled(-1)==-3);\n}\n",
        docstring="Three times the number.",
        instruction="Write a C++ function `int tripled(int number)`.",
    ),
    "go": _pack(
        "Go",
        prompt='import (\n    "math"\n)\n\n// Three times the number.\nfunc Tripled(number float64) float64 {\n',
        declaration="\nfunc Tripled(number float64) float64 {\n",
        canonical_solution="    return 3 * number\n}\n\n",
        buggy_solution="    return 2 * math.Abs(number)\n}\n\n",
        entry_point="Tripled",
        test="func TestTripled(t *testing.T) {\n    assert := assert.New(t)\n    assert.Equal(6.0, Tripled(2))\n"
        "    assert.Equal(true, math.Abs(Tripled(-1)+3) < 1e-6)\n}\n",
        docstring="// Three times the number.\n",
        instruction="Write a Go function `func Tripled(number float64) float64`.",
    )
    | {
        "import": 'import (\n    "math"\n)\n',
        "test_setup": 'package main\n\nimport (\n    "testing"\n    "github.com/stretchr/testify/assert"\n)\n',
    },
    "rust": _pack(
        "Rust",
        prompt="fn main(){}\n\nuse std::collections::HashMap;\n\n/*\n Three times the number.\n*/\n"
        "fn tripled(number:i32) -> i32{\n\n",
        declaration="use std::collections::HashMap;\n\nfn tripled(number:i32) -> i32{\n\n",
        canonical_solution="    return 3 * number;\n}\n",
        buggy_solution="    return 2 * number;\n}\n",
        entry_point="tripled",
        test="#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn test_tripled() {\n"
        "        assert_eq!(tripled(2), 6);\n        assert!(tripled(-1) == -3);\n    }\n}\n",
        docstring="Three times the number.",
        instruction="Write a Rust function `tripled(number:i32) -> i32`.",
    ),
}

DS1000: dict[str, Any] = {
    "prompt": "Problem:\nI have an array and want each number once, sorted.\nA:\n<code>\nimport numpy as np\n"
    "a = np.array([3, 1, 3])\n</code>\nresult = ... # put solution in this variable\nBEGIN SOLUTION\n<code>\n",
    "reference_code": "result = np.unique(a)\n",
    "metadata": {"problem_id": 0, "library_problem_id": 0, "library": "Numpy", "test_case_cnt": 2},
    "code_context": "import io\nimport tokenize\nimport numpy as np\nimport copy\n\n\n"
    "def generate_test_case(test_case_id):\n"
    "    test_input = np.array([3, 1, 3]) if test_case_id == 1 else np.array([2, 2])\n"
    "    return test_input, np.unique(copy.deepcopy(test_input))\n\n\ndef exec_test(result, ans):\n    try:\n"
    "        np.testing.assert_array_equal(result, ans)\n        return 1\n    except:\n        return 0\n\n\n"
    'exec_context = r"""\nimport numpy as np\na = test_input\n[insert]\n"""\n\n\ndef test_execution(solution: str):\n'
    '    code = exec_context.replace("[insert]", solution)\n    for i in range(2):\n'
    "        test_input, expected_result = generate_test_case(i + 1)\n"
    '        test_env = {"test_input": test_input}\n        exec(code, test_env)\n'
    '        assert exec_test(test_env["result"], expected_result)\n\n\ndef test_string(solution: str):\n'
    '    tokens = []\n    for token in tokenize.tokenize(io.BytesIO(solution.encode("utf-8")).readline):\n'
    '        tokens.append(token.string)\n    assert "while" not in tokens and "for" not in tokens\n',
}


def packed(cases: list[dict[str, str]]) -> str:
    """Hidden cases as LiveCodeBench's files have them."""
    return base64.b64encode(zlib.compress(pickle.dumps(json.dumps(cases)))).decode()


def _contest(
    name: str, day: str, starter: str, public: list[dict[str, str]], hidden: str, **more: Any
) -> dict[str, Any]:
    return {
        "question_title": name,
        "question_content": f"{name}: add up the numbers.",
        "platform": "own",
        "question_id": name,
        "contest_id": "c1",
        "contest_date": day,
        "starter_code": starter,
        "difficulty": "easy",
        "public_test_cases": json.dumps(public),
        "private_test_cases": hidden,
        "metadata": json.dumps(more),
    }


def _case(given: str, wanted: str, kind: str) -> dict[str, str]:
    return {"input": given, "output": wanted, "testtype": kind}


LIVECODEBENCH: dict[str, dict[str, Any]] = {
    "stdin": _contest(
        "sum_of_line",
        "2024-03-02T00:00:00",
        "",
        [_case("3\n1 2 3\n", "6\n", "stdin")],
        packed([_case("1\n5\n", "5\n", "stdin")]),
    ),
    "functional": _contest(
        "sum_of_both",
        "2023-08-12T00:00:00",
        "class Solution:\n    def sumOfBoth(self, first: List[int], second: int) -> int:\n        ",
        [_case("[1, 2]\n3", "6", "functional")],
        json.dumps([_case("[]\n1", "1", "functional")]),
        func_name="sumOfBoth",
    ),
}


def _translated(language: str, prompt: str, tests: str) -> dict[str, Any]:
    return {
        "name": "HumanEval_0_times_three",
        "language": language,
        "prompt": prompt,
        "doctests": "transform",
        "original": "own",
        "prompt_terminology": "reworded",
        "tests": tests,
        "stop_tokens": ["\n}"],
    }


MULTIPL_E: dict[str, dict[str, Any]] = {
    "javascript": _translated(
        "js",
        "//Three times the number.\nfunction times_three(number){\n",
        "const assert = require('node:assert');\n\n\nfunction test() {\n  let candidate = times_three;\n"
        "  assert.deepEqual(candidate(2),6);\n  assert.deepEqual(candidate(-1),-3);\n}\n\ntest();",
    ),
    "typescript": _translated(
        "ts",
        "//Three times the number.\nfunction times_three(number: number): number {\n",
        "declare var require: any;\nconst assert = require('node:assert');\n\n\nfunction test() {\n"
        "  let candidate = times_three;\n  assert.deepEqual(candidate(2),6);\n"
        "  assert.deepEqual(candidate(-1),-3);\n}\n\ntest();",
    ),
    "java": _translated(
        "java",
        "import java.util.*;\nimport java.lang.reflect.*;\nimport java.io.*;\nimport java.math.*;\n\n\n"
        "class Problem {\n"
        "    // Three times the number.\n    public static long timesThree(long number) {\n",
        "    }\n    public static void main(String[] args) {\n    assert(timesThree((2l)) == (6l));\n"
        "    assert(timesThree((-1l)) == (-3l));\n    }\n\n}\n",
    ),
    "cpp": _translated(
        "cpp",
        "#include<assert.h>\n#include<bits/stdc++.h>\n// Three times the number.\nlong times_three(long number) {\n",
        "}\nint main() {\n    auto candidate = times_three;\n    assert(candidate((2)) == (6));\n"
        "    assert(candidate((-1)) == (-3));\n}\n",
    ),
    "csharp": _translated(
        "cs",
        "using System;\nusing System.Collections.Generic;\nusing System.Diagnostics;\nclass Problem {\n"
        "    // Three times the number.\n    public static long TimesThree(long number) {\n",
        "    }\n    public static void Main(string[] args) {\n    Debug.Assert(TimesThree((2L)) == (6L));\n"
        "    Debug.Assert(TimesThree((-1L)) == (-3L));\n    }\n\n}\n",
    ),
    "go": _translated(
        "go_test.go",
        'package times_three_test\n\nimport (\n    "testing"\n    "fmt"\n)\n\n// Three times the number.\n'
        "func times_three(number int) int {\n",
        "}\n\nfunc TestTimes_Three(t *testing.T) {\n  candidate := times_three\n\ttype test struct {\n"
        "\t\tactual   interface{}\n"
        "\t\texpected interface{}\n\t}\n   tests := []test{\n     { actual: candidate(2), expected: 6 },\n"
        "     { actual: candidate(-1), expected: -3 },\n   }\n\n\tfor i, tc := range tests {\n"
        '\t\tt.Run(fmt.Sprintf("test num % d", i), func(t *testing.T) {\n'
        '\t\t\tif fmt.Sprintf("%v", tc.actual) != fmt.Sprintf("%v", tc.expected) {\n'
        "\t\t\t\tt.Errorf(\"expected '%s', got '%s'\", tc.expected, tc.actual)\n\t\t\t}\n\t\t})\n\t}\n}\n",
    ),
    "rust": _translated(
        "rs",
        "/// Three times the number.\nfn times_three(number: isize) -> isize {\n",
        "}\n\nfn main() {\n    let candidate = times_three;\n    assert_eq!(candidate(2), 6);\n"
        "    assert_eq!(candidate(-1), -3);\n}\n",
    ),
    "php": _translated(
        "php",
        "<?php\n// Three times the number.\nfunction times_three($number) {\n",
        "}\n\nfunction candidate(...$args) {\n    return times_three(...$args);\n}\n\nfunction test(): void {\n"
        '    if (candidate(2) !== 6) { throw new Exception("Test failed!"); }\n'
        '    if (candidate(-1) !== -3) { throw new Exception("Test failed!"); }\n}\n\ntest();',
    ),
    "ruby": _translated(
        "rb",
        "# Three times the number.\ndef times_three(number)\n",
        "end\n\nrequire 'test/unit'\nclass TestHumanEval < Test::Unit::TestCase\n  def test_times_three\n"
        "    candidate = method(:times_three)\n    assert_equal(6, candidate.call(2))\n"
        "    assert_equal(-3, candidate.call(-1))\n"
        "  end\nend\n",
    ),
    "bash": _translated(
        "sh",
        "#!/bin/bash\n# Three times the number.\n# $1 is an integer\ntimes_three() {\n",
        '}\n\ncandidate() {\n    times_three "$@"\n}\n\nset -e\nrun_test() {\n    [[ $(candidate "2") = "6" ]]\n'
        '    [[ $(candidate "-1") = "-3" ]]\n}\n\nrun_test\n',
    ),
}
"""By language."""

BODIES = {
    "javascript": ("  return 3 * number;\n}", "  return 2 * number;\n}"),
    "typescript": ("  return 3 * number;\n}", "  return 2 * number;\n}"),
    "java": ("        return 3 * number;\n    }\n}", "        return 2 * number;\n    }\n}"),
    "cpp": ("    return 3 * number;\n}", "    return 2 * number;\n}"),
    "csharp": ("        return 3 * number;\n    }\n}", "        return 2 * number;\n    }\n}"),
    "go": ("    return 3 * number\n}", "    return 2 * number\n}"),
    "rust": ("    3 * number\n}", "    2 * number\n}"),
    "php": ("    return 3 * $number;\n}", "    return 2 * $number;\n}"),
    "ruby": ("  3 * number\nend", "  2 * number\nend"),
    "bash": ("    echo $((3 * $1))\n}", "    echo $((2 * $1))\n}"),
}
"""A right and a wrong body of MultiPL-E's function, by language."""
