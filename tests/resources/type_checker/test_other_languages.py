"""Parse checks of languages that are not type-checked: by the grammar, and by the toolchain where it is there."""

from pathlib import Path

import polars as pl
import pytest

from resources.languages import LANGUAGES
from resources.type_checker.base import TypeChecker, TypeCheckerUnavailable
from resources.type_checker.choice import checker_for
from resources.type_checker.grammar import GrammarCheck
from resources.type_checker.syntax import TOOLS, SyntaxCheck

SOUND = {
    "python": ["def f(a):\n    return a", "async def g():\n    return [x async for x in y]"],
    "javascript": [
        "function f(a) { return a }",
        "static async *g() { yield 1 }",
        "export const h = (a) => a",
        "async function j(a) { for await (const x of a) return x }",
        "get size() { return this.#n }\n#n = 1",
    ],
    "typescript": [
        "function f<T>(a: T): T { return a }",
        "private async g(x?: number): Promise<void> {}",
        "const C = (p: P) => <div>{p.x}</div>",
        "abstract area(): number;",
    ],
    "java": ["public int f(int a) { return a; }", "@Override\npublic A() { super(); }", "class B { int x; }"],
    "cpp": [
        "template <class T> T f(T a) { return a; }",
        "A() : x(1) {}",
        "virtual int f() const override { return 1; }",
        "int A::g() { return x; }",
    ],
    "csharp": ["public int F(int a) => a;", "public A() : base() { }"],
    "go": ["func f(a int) int { return a }", "func (s *S) g() error {\n\treturn nil\n}"],
    "rust": ["pub fn f<'a>(a: &'a str) -> &'a str { a }", "fn g(&self) -> i32 { self.x }"],
    "php": [
        "function f(int $a): int { return $a; }",
        "public static function g(?int $x): int { return 1; }",
        "<?php\nfunction h() { return fn($x) => $x; }",
        "abstract protected function j();",
    ],
    "ruby": ["def f(a)\n  a\nend", "def self.g(*a, **b, &c) = 1"],
    "swift": ["func f(_ a: Int) -> Int { return a }", "override func g() { super.g() }"],
    "c": ["int f(int a) { return a; }", "static char *new(int class)\n{\n  return 0;\n}"],
    "kotlin": ["fun f(a: Int): Int { return a }", "private suspend fun <T> List<T>.g(): T? = this[0]"],
    "bash": ['f() {\n  local a=$1\n  echo "${a[@]}"\n}', "function g { [[ $1 =~ ^a ]] && return 0; }"],
}
BROKEN = {
    **dict.fromkeys(["javascript", "typescript", "php"], "function f( {\n  return 1\n"),
    **dict.fromkeys(["java", "cpp", "csharp"], "int f( {\n  return 1;\n"),
    "python": "def f(:\n    return 1",
    "go": "func f( {\n\treturn 1\n",
    "rust": "fn f( {\n  1\n",
    "ruby": "def f(\n  1\n",
    "swift": "func f( {\n  return 1\n",
    "c": "int f( {\n  return 1;\n",
    "kotlin": "fun f( {\n  return 1\n",
    "bash": "f() {\n  if true; then\n    echo 1\n",
}


def verdicts(checker: TypeChecker, sources: list[str]) -> list[tuple[bool, str | None]]:
    rows = pl.DataFrame({"key": [str(number) for number in range(len(sources))], "source": sources})
    return checker.check(rows).select("ok", "detail").rows()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_grammar_tells_sound_from_broken(language: str):
    checker = checker_for(language, "grammar")
    for source, verdict in zip(SOUND[language], verdicts(checker, SOUND[language]), strict=True):
        assert verdict == (True, None), source
    [(ok, detail)] = verdicts(checker, [BROKEN[language]])
    assert not ok
    assert detail is not None
    assert detail[0].isdigit()


@pytest.mark.parametrize("language", list(TOOLS))
def test_the_toolchain_tells_sound_from_broken(language: str):
    try:
        checker = checker_for(language, "toolchain")
    except TypeCheckerUnavailable as missing:
        pytest.skip(str(missing))
    judged = verdicts(checker, [*SOUND[language], BROKEN[language], *SOUND[language]])
    expected = [*[True] * len(SOUND[language]), False, *[True] * len(SOUND[language])]
    assert [ok for ok, _ in judged] == expected, judged
    assert len(checker.identity()["version"]) > 2


SIDE_EFFECTS = {
    "javascript": "require('fs').writeFileSync('{file}', '')",
    "php": "file_put_contents('{file}', '');",
    "ruby": "BEGIN { File.write('{file}', '') }",
    "bash": "touch '{file}'\n: $(touch '{file}')",
    "go": "var _ = os.WriteFile(`{file}`, nil, 0)",
}


@pytest.mark.parametrize("language", list(TOOLS))
def test_the_toolchain_runs_nothing(language: str, tmp_path: Path):
    try:
        checker = SyntaxCheck(language)
    except TypeCheckerUnavailable as missing:
        pytest.skip(str(missing))
    trace = tmp_path / "ran"
    assert verdicts(checker, [SIDE_EFFECTS[language].replace("{file}", str(trace))]) == [(True, None)]
    assert not trace.exists()


def test_a_source_that_takes_too_long_has_no_verdict():
    source = "int x = " + "(" * 200_000 + ";"
    rows = pl.DataFrame({"key": ["long", "short"], "source": [source, "int x = 1;"]})
    judged = GrammarCheck("cpp", timeout_s=0.0).check(rows)
    assert judged["n_errors"].to_list()[0] is None
    assert not judged["ok"][0]
    assert GrammarCheck("cpp").check(rows)["ok"].to_list() == [False, True]


def test_a_language_without_a_check_is_named():
    with pytest.raises(TypeCheckerUnavailable, match="no grammar for 'perl'"):
        checker_for("perl", "types")
    with pytest.raises(TypeCheckerUnavailable, match=r"'swift'.*use the grammar"):
        checker_for("swift", "toolchain")
    with pytest.raises(ValueError, match="pyright checks Python, not go"):
        checker_for("go", "pyright")


def test_a_missing_toolchain_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(TypeCheckerUnavailable, match="ruby is not on the path"):
        SyntaxCheck("ruby")
