"""The language of a row by its code: what the fence says, else what the grammars can read."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.sft_dataset.code_language import OTHER, code_language, guess_language, with_code_language
from resources.languages import LANGUAGES

SAMPLES = {
    "c": "#include <stdlib.h>\nint *f(int class) { int *new = malloc(class); return new; }\n",
    "kotlin": "fun f(x: Int): Int? {\n    val y = x ?: return null\n    return if (y > 0) y else null\n}\n",
    "python": "def f(x):\n    return [i for i in x if i]\n",
    "javascript": "const f = (x) => x.map(y => y + 1);\nconsole.log(f([1]));\n",
    "typescript": "interface A { x: number }\nfunction f(a: A): number { return a.x; }\n",
    "java": "public class A {\n  public static void main(String[] args) {\n    System.out.println(1);\n  }\n}\n",
    "cpp": "#include <vector>\nint main() { std::vector<int> v{1}; return v[0]; }\n",
    "csharp": "using System;\nclass B { int X { get; set; } static void Main() => Console.WriteLine(1); }\n",
    "go": 'package main\nimport "fmt"\nfunc main() { x := 1; fmt.Println(x) }\n',
    "rust": 'fn main() { let mut x: i32 = 1; x += 1; println!("{}", x); }\n',
    "php": "<?php\nfunction f($x) { return $x . 'a'; }\n",
    "ruby": "def f(x)\n  x.map { |y| y + 1 }\nend\nputs f([1])\n",
    "swift": "func f(_ x: Int) -> Int { guard x > 0 else { return 0 }; return x }\n",
    "bash": '#!/bin/bash\nfor f in *.txt; do\n  echo "$f"\ndone\n',
}


def fence(code: str, info: str = "") -> str:
    return f"```{info}\n{code}\n```\n"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (language, expected)
        for language in LANGUAGES
        for expected in ("python", "bash", "php", "cpp", "c")
        if (language, expected) != ("c", "cpp")
    ],
)
def test_code_without_a_name_is_known_by_its_grammar(language: str, expected: str):
    assert guess_language(SAMPLES[language], expected) == language
    assert code_language(f"Here:\n{fence(SAMPLES[language])}", expected) == language


def test_c_among_seeds_in_cpp_is_cpp():
    """Nearly all C is read as C++ too; what includes a header of C++ alone is no C."""
    assert guess_language(SAMPLES["c"], "cpp") == "cpp"
    headers = '#include <cmath>\n#include <stdio.h>\nint f(int a) { return printf("%d", abs(a)); }\n'
    assert guess_language(headers, "python") == "cpp"
    assert guess_language(headers.replace("<cmath>", "<math.h>"), "python") == "c"
    assert guess_language("struct p { int x; };\nint f(struct p *a) { return a->x; }\n", "python") == "c"
    assert code_language(fence(SAMPLES["c"], "C"), "python") == "c"


def test_a_fence_that_names_a_language_is_believed():
    assert code_language(fence("x = 1", "py"), "rust") == "python"
    assert code_language(fence("x = 1", "C++"), "rust") == "cpp"
    assert code_language(fence("select 1", "sql"), "python") == OTHER


def test_the_language_with_most_code_wins_and_the_seeds_own_between_equals():
    both = fence("pip install x", "bash") + fence(SAMPLES["python"], "python")
    assert code_language(both, "bash") == "python"
    equal = fence("aaaa", "java") + fence("bbbb", "go")
    assert (code_language(equal, "go"), code_language(equal, "java"), code_language(equal, "python")) == (
        "go",
        "java",
        "go",
    )
    assert code_language(fence("x = 1"), "ruby") == "ruby"


@pytest.mark.parametrize("text", ["", "No code at all.", "`x = 1`", fence(" \n", "python")])
def test_without_code_there_is_no_language(text: str):
    assert code_language(text, "python") is None


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=80), st.sampled_from(LANGUAGES)), min_size=50, max_size=200))
@pytest.mark.slow(seconds=5)
def test_any_text_gets_one_of_the_languages(texts: list[tuple[str, str]]):
    """Through the worker processes, for there is text that crashes a grammar."""
    rows = pl.DataFrame(texts, schema=["code", "language"], orient="row")
    found = with_code_language(rows.with_columns(completion=pl.format("```\n{}\n```\n", "code")))
    assert set(found["code_language"]) <= {*LANGUAGES, OTHER, None}


def test_code_that_crashes_a_grammar_costs_nobody_else_a_thing():
    """tree-sitter-bash 0.25.1 reads memory beyond its own on this text, and four times in ten the process dies."""
    crash = ":\U0006133f\U000ffac6\U00102b48nroltn{\U000cefed<:itpl\U000c985e%"
    codes = [SAMPLES["go"], *(crash + " " * n for n in range(10)), SAMPLES["rust"]]
    rows = pl.DataFrame({"completion": [fence(code) for code in codes], "language": "bash"})
    found = with_code_language(rows)["code_language"].to_list()
    assert (found[0], found[-1]) == ("go", "rust")
    assert set(found[1:-1]) <= set(LANGUAGES)
