# ruff: noqa: E501
"""The code of answers as models write them: what a test of the function needs is there, and runs; drafts are not."""

import json
from pathlib import Path

import pytest

from assets.source_code.answers import code_of_answer, code_of_function
from assets.source_code.evalplus_rule import evalplus_code

CASES = Path(__file__).parents[4] / "shared" / "cases" / "answers_to_code.jsonl"

RIGHT = "def add(a, b):\n    return a + b"
WRONG = "def add(a, b):\n    return a - b"
STUB = 'def add(a, b):\n    """Add two numbers."""'


def block(code: str, info: str = "python", fence: str = "```") -> str:
    return f"{fence}{info}\n{code}\n{fence}"


def indented(text: str, by: str) -> str:
    return "\n".join(by + line if line else line for line in text.split("\n"))


PYTHON = {
    # thoughts
    "think, a draft": f"<think>\n{block(WRONG)}\nHmm, no.\n</think>\n\n{block(RIGHT)}",
    "think that the template opened": f"Let me try.\n{block(WRONG)}\nno\n</think>\nSo:\n{block(RIGHT)}",
    "think with an open fence": f"<think>\n```python\n{WRONG}\nwrong\n</think>\n{block(RIGHT)}",
    "two thoughts": f"<think>a</think>\n<think>\n{block(WRONG)}\n</think>\n{block(RIGHT)}",
    "thinking": f"<thinking>{block(WRONG)}</thinking>\n{block(RIGHT)}",
    "a thought after the answer that never ends": f"{block(RIGHT)}\n<think>\nor\n{block(WRONG)}",
    "magistral": f"[THINK]\n{block(WRONG)}\n[/THINK]\n{block(RIGHT)}",
    "harmony": f"<|channel|>analysis<|message|>{block(WRONG)}<|end|><|start|>assistant<|channel|>final<|message|>"
    f"{block(RIGHT)}<|return|>",
    "answer tags": f"<think>x</think>\n<answer>\n{block(RIGHT)}\n</answer>",
    # attempts
    "a wrong try, then a correction": f"{block(WRONG)}\nWait, that subtracts. Corrected:\n{block(RIGHT)}",
    "three tries": f"{block(WRONG)}\nno\n{block(STUB)}\nyes\n{block(RIGHT)}\nUse it:\n{block('print(add(1, 2))')}",
    "the prompt repeated": f"You gave:\n{block(STUB)}\nSolution:\n{block(RIGHT)}",
    "a stub after the solution": f"{block(RIGHT)}\nIts interface is:\n{block('def add(a, b): ...')}",
    "stub that raises": f"{block('def add(a, b):' + chr(10) + '    raise NotImplementedError')}\n{block(RIGHT)}",
    "a later block that does not parse": f"{block(RIGHT)}\nIn pseudo-code:\n{block('def add(a, b) -> returns a and b')}",
    # parts
    "helper and solution": f"{block('def plus(a, b):' + chr(10) + '    return a + b')}\nThen\n"
    f"{block('def add(a, b):' + chr(10) + '    return plus(a, b)')}",
    "helper after the solution": f"{block('def add(a, b):' + chr(10) + '    return plus(a, b)')}\nwith\n"
    f"{block('def plus(a, b):' + chr(10) + '    return a + b')}",
    "imports of their own": f"{block('import operator')}\n{block('def add(a, b):' + chr(10) + '    return operator.add(a, b)')}",
    "helper of a helper": f"{block('from operator import add as _add' + chr(10) + 'BASE = 0')}\n"
    f"{block('def plus(a, b):' + chr(10) + '    return _add(a, b) + BASE')}\n"
    f"{block('def add(a, b):' + chr(10) + '    return plus(a, b)')}",
    "a helper from the try that was given up": f"{block('def plus(a, b):' + chr(10) + '    return a + b' + chr(10) + WRONG)}\n"
    f"Fixed:\n{block('def add(a, b):' + chr(10) + '    return plus(a, b)')}",
    # what runs
    "own assert that is wrong": block(f"{RIGHT}\n\nassert add(1, 2) == 4"),
    "input": block(f"{RIGHT}\n\na = int(input('a: '))\nb = int(input())\nprint(add(a, b))"),
    "main block": block(f"{RIGHT}\n\nif __name__ == '__main__':\n    import sys\n    print(add(*map(int, sys.argv[1:])))"),
    "main function and its call": block(f"{RIGHT}\n\ndef main():\n    print(add(int(input()), 1))\n\nmain()"),
    "loop of own tests": block(f"{RIGHT}\n\ntests = [(1, 2, 4)]\nfor a, b, c in tests:\n    assert add(a, b) == c"),
    "unittest": block(f"import unittest\n\n{RIGHT}\n\nclass T(unittest.TestCase):\n    def test(self):\n"
                      "        self.assertEqual(add(1, 1), 3)\n\nunittest.main()"),
    "constants are kept": block("ZERO = 0\nTABLE = {}\nTABLE['x'] = ZERO\n\ndef add(a, b):\n    return a + b + TABLE['x']\n\nprint(1 / 0)"),
    "a table that is filled is kept": block("import sys\nsys.setrecursionlimit(5000)\nT = []\nfor i in range(3):\n    T.append(i)\n\n"
                                            "def add(a, b):\n    return a + b + T[0]\n\nx = add(1, input())"),
    "a choice of imports": block("try:\n    import nothing_like_it as op\nexcept ImportError:\n    import operator as op\n\n"
                                 "def add(a, b):\n    return op.add(a, b)"),
    "lambda": block("add = lambda a, b: a + b\nprint(add(1, 2) / 0)"),
    "decorated": block("from functools import lru_cache\n\n@lru_cache(maxsize=None)\ndef add(a, b):\n    return a + b\n\nassert not add(1, 2)"),
    # words after the fence
    **{
        f"info {info}": block(RIGHT, info)
        for info in ("py", "Python", "python3", "python3.11", "python:main.py", "python,linenums", "python{1,3}", "ipython3",
                     "{.python .numberLines}", 'py title="a.py"', "plaintext", "text", "", "python copy", "code", "{python}",
                     "python showLineNumbers", "language-python", "lang=python", "[python]", "PYTHON3", "jupyter")
    },
    # fences
    "in a list, three spaces": f"1. Do:\n\n   {block(RIGHT).replace(chr(10), chr(10) + '   ')}\n\n2. Done",
    "in a list, a tab": "- Do:\n\n" + indented(block(RIGHT), "\t") + "\n",
    "in a list, four spaces": "1. Do:\n" + indented(block(RIGHT), "    ") + "\n2. Done",
    "deep without a list": "Here:\n\n" + indented(block(RIGHT), "      "),
    "in a quote": indented(block(RIGHT), "> "),
    "after prose on a line": f"Sure! Here is the code: ```python\n{RIGHT}\n```",
    "text after the closing fence": f"```python\n{RIGHT}\n``` That is all.\n\nEnjoy!",
    "end token after the closing fence": f"```python\n{RIGHT}\n```<|im_end|>",
    "end token, then another turn": f"{block(RIGHT)}<|im_end|>\n<|im_start|>user\nAnother\n{block(WRONG)}",
    "llama's token": f"{block(RIGHT)}<|eot_id|>",
    "deepseek's token": f"{block(RIGHT)}<｜end▁of▁sentence｜>",
    "closing fence after code": f"```python\n{RIGHT}```\nDone",
    "never closed": f"```python\n{RIGHT}",
    "never closed, then prose": f"```python\n{RIGHT}\n\nThis function adds two numbers. It's simple.",
    "closed by a shorter fence": f"````python\n{RIGHT}\n```\nand so on",
    "a lone closing fence": f"{RIGHT}\n```\nThis adds.",
    "a lone closing fence after a completion": f"Here is the code.\n\n{RIGHT}\n```",
    "cut off in its prints": f"```python\n{RIGHT}\n\nprint(add(1, 2))\nprint(add(3,",
    "cut off in a string": f'```python\n{RIGHT}\n\n# Test\nprint("The sum of 1 and 2 is',
    "tildes": block(RIGHT, fence="~~~"),
    "fence in a docstring": block('def add(a, b):\n    """\nExample:\n```\nadd(1, 2)\n```\n    """\n    return a + b'),
    "on one line": "```python def add(a, b): return a + b```",
    "windows": block(RIGHT).replace("\n", "\r\n"),
    "hard spaces": block(RIGHT.replace("    ", "\u00a0\u00a0\u00a0\u00a0")),
    "zero width": "\u200b" + block(RIGHT),
    # other languages beside
    "a session": f"{block('>>> add(1, 2)' + chr(10) + '3', 'pycon')}\n{block(RIGHT)}",
    "shell first": f"{block('pip install x', 'bash')}\n{block(RIGHT)}\n{block('3', '')}",
    "javascript beside": f"{block(RIGHT)}\nIn JavaScript:\n{block('function add(a, b) { return 0 }', 'javascript')}",
    "output in a block without a word": f"{block(RIGHT)}\nOutput:\n{block('add = 3', '')}",
    # no fence
    "prose around": f"Sure! Here's the function:\n\n{RIGHT}\n\nThis adds two numbers.",
    "prose and import": f"Sure, here you go.\n\nimport operator\n\n{RIGHT}\n\nLet me know if it helps!",
    "tags": f"[PYTHON]\n{RIGHT}\n[/PYTHON]",
    "bare": RIGHT,
    "prose after a bare function": f"{RIGHT}\n\nExplanation: the function returns the sum. For example:\n\nadd(1, 2) -> 3",
}  # fmt: skip


def runs_right(code: str | None) -> bool:
    """Whether the code, run as it stands, leaves an `add` that adds; the code is ours."""
    space: dict[str, object] = {"__name__": "judged"}
    exec(code or "", space)
    return space["add"](2, 3) == 5  # type: ignore[operator]


@pytest.mark.parametrize("name", PYTHON)
def test_the_function_is_found(name: str) -> None:
    assert runs_right(code_of_function(PYTHON[name], "python", "add"))


@pytest.mark.skipif(not CASES.exists(), reason=f"{CASES} is not there")
def test_cases_of_others() -> None:
    for line in CASES.read_text("utf-8").splitlines():
        case = json.loads(line)
        answer = case.get("answer") or case.get("text") or case.get("response")
        assert runs_right(code_of_function(answer, "python", "add")), case["id"]
        assert runs_right(code_of_answer(answer, "python")), case["id"]


@pytest.mark.parametrize(
    "text",
    [
        f"<think>\n{block(RIGHT)}\nis it right? I should check",
        f"I cannot help with that.\n\n{block('console.log(1)', 'javascript')}",
        "",
        "Adding is simple: use `a + b`.",
    ],
)
def test_no_function_is_none(text: str) -> None:
    assert code_of_function(text, "python", "add") is None


OTHERS = {
    "javascript": ("function add(a, b) {\n  return a + b;\n}", "function add(a, b) {\n  return a - b;\n}",
                   "function add(a, b) {\n  // TODO\n}", "console.log(add(1, 2));", "const two = 2;"),
    "typescript": ("function add(a: number, b: number): number {\n  return a + b;\n}",
                   "function add(a: number, b: number): number {\n  return a - b;\n}",
                   'function add(a: number, b: number): number {\n  throw new Error("not implemented");\n}',
                   "console.log(add(1, 2));", "const two: number = 2;"),
    "java": ("class Main {\n    static int add(int a, int b) {\n        return a + b;\n    }\n}",
             "class Main {\n    static int add(int a, int b) {\n        return a - b;\n    }\n}",
             "class Main {\n    static int add(int a, int b) {\n    }\n}", None, "import java.util.*;"),
    "cpp": ("int add(int a, int b) {\n    return a + b;\n}", "int add(int a, int b) {\n    return a - b;\n}",
            "int add(int a, int b) {\n    // your code\n}", None, "#include <vector>"),
    "csharp": ("class P {\n    static int Add(int a, int b) {\n        return a + b;\n    }\n}".replace("Add", "add"),
               "class P {\n    static int add(int a, int b) {\n        return a - b;\n    }\n}",
               "class P {\n    static int add(int a, int b) {\n        throw new NotImplementedException();\n    }\n}", None,
               "using System;"),
    "go": ("func add(a int, b int) int {\n\treturn a + b\n}", "func add(a int, b int) int {\n\treturn a - b\n}",
           'func add(a int, b int) int {\n\tpanic("not implemented")\n}', None, 'import "fmt"'),
    "rust": ("fn add(a: i64, b: i64) -> i64 {\n    a + b\n}", "fn add(a: i64, b: i64) -> i64 {\n    a - b\n}",
             "fn add(a: i64, b: i64) -> i64 {\n    todo!()\n}", None, "use std::collections::HashMap;"),
    "php": ("<?php\nfunction add($a, $b) {\n    return $a + $b;\n}", "<?php\nfunction add($a, $b) {\n    return $a - $b;\n}",
            "<?php\nfunction add($a, $b) {\n    // TODO\n}", "echo add(1, 2);", "use Foo\\Bar;"),
    "ruby": ("def add(a, b)\n  a + b\nend", "def add(a, b)\n  a - b\nend", "def add(a, b)\n  raise NotImplementedError\nend",
             "puts add(1, 2)", "require 'set'"),
    "swift": ("func add(_ a: Int, _ b: Int) -> Int {\n    return a + b\n}", "func add(_ a: Int, _ b: Int) -> Int {\n    return a - b\n}",
              'func add(_ a: Int, _ b: Int) -> Int {\n    fatalError("TODO")\n}', "print(add(1, 2))", "import Foundation"),
    "bash": ("add() {\n  echo $(( $1 + $2 ))\n}", "add() {\n  echo $(( $1 - $2 ))\n}", None, None, None),
}  # fmt: skip


@pytest.mark.parametrize("language", OTHERS)
def test_other_languages(language: str) -> None:
    right, wrong, stub, shown, head = OTHERS[language]

    def found(text: str) -> str:
        code = code_of_function(text, language, "add")
        assert code is not None
        return code

    plus, minus = ("a + b", "a - b") if language not in ("php", "bash") else ("+", " - ")
    sure = f"Sure!\n\n{block(right, language)}\n\nIt adds."
    thought = f"<think>\n{block(wrong, language)}\n</think>\n{block(right, language)}"
    corrected = f"{block(wrong, language)}\nNo:\n{block(right, language)}\nso"
    listed = f"1. Do:\n\n{indented(block(right, language), '   ')}"
    for text in (
        sure,
        thought,
        corrected,
        listed,
        block(right, ""),
        right,
        f"```{language}\n{right}\n``` Done<|im_end|>",
    ):
        code = found(text)
        assert plus in code and minus not in code, text
    if stub:
        code = found(f"{block(stub, language)}\nbecomes\n{block(right, language)}")
        assert plus in code and not any(word in code for word in ("TODO", "todo", "mplement"))
        assert plus in found(f"{block(right, language)}\nwith the signature\n{block(stub, language)}")
    if shown:
        assert shown not in found(block(f"{right}\n\n{shown}", language))
        assert plus in found(f"{block(right, language)}\nUsage:\n{block(shown, language)}")
    if head and language != "php":
        text = f"{block(head, language)}\nand\n{block(right, language)}"
        if language not in ("javascript", "typescript"):
            assert head in found(text)
    assert plus in found(f"Here is the code.\n\n{right}\n\nIt's short, isn't it?")


def test_helpers_in_other_languages_come_along() -> None:
    text = f"{block('function plus(a, b) { return a + b; }', 'js')}\nthen\n{block('const add = (a, b) => plus(a, b);', 'js')}"
    code = code_of_function(text, "javascript", "add")
    assert code is not None and "function plus" in code and "const add" in code


def test_an_open_answer_keeps_its_parts_and_loses_what_it_gave_up() -> None:
    other = "def twice(a):\n    return 2 * a"
    text = (
        f"First:\n{block(WRONG)}\n{block(other)}\nFixed:\n{block(RIGHT)}\nUse:\n{block('print(add(1, 2))')}"
    )
    assert code_of_answer(text, "python") == f"{other}\n\n{RIGHT}"
    assert code_of_answer(block("print(1)"), "python") == "print(1)"
    assert code_of_answer("no code", "python") == "no code"
    assert code_of_answer(block("SELECT 1", "sql"), "python") == "SELECT 1"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"Sure!\n{block(RIGHT)}\nDone.", RIGHT),
        (f"{block(WRONG)}\nNo:\n{block('import math' + chr(10) + chr(10) + RIGHT)}", f"import math\n{RIGHT}"),
        (
            block(
                f"X = 1\nY = 2\n\n{RIGHT.replace('b', 'b + X', 2).replace('b + X)', 'b)', 1)}\n\nprint(add(1, 2))"
            ),
            None,
        ),
        (block("def add(a, b):\n    print(a + b)\n\ndef other():\n    return 1"), ""),
    ],
)
def test_evalplus_rule_takes_what_it_takes(text: str, code: str | None) -> None:
    """Its longest run that compiles (here the first of equals), imports and what returns; a print is no return."""
    found = evalplus_code(text, "add")
    if code is None:
        assert found.splitlines()[0] == "X = 1" and "Y = 2" not in found and "print" not in found
    else:
        assert found == code


def test_a_byte_order_mark_is_no_part_of_an_answer() -> None:
    assert code_of_function("\ufeffdef f():\n    return 1\n", "python", "f") == "def f():\n    return 1"
