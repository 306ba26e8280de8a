"""Answers in everyday shapes other than one clean block, in Python and in the other languages."""

import json

import pytest

from assets.source_code.answers import code_of_answer, code_of_function
from assets.source_code.attempts import attempts_of
from assets.source_code.shown_wrong import is_shown_wrong
from tests.assets.source_code.answer_shapes import SHAPES, block, indented, numbered
from tests.assets.source_code.test_answers import OTHERS


def adds(code: str | None) -> bool:
    """Whether the code, run as it stands, leaves an `add` that adds; the code is ours."""
    space: dict[str, object] = {"__name__": "judged", "List": list, "Optional": list}
    exec(code or "", space)
    return (space["add"] if "add" in space else space["Solution"]().add)(2, 3) == 5  # type: ignore[operator]


@pytest.mark.parametrize("name", SHAPES)
def test_the_function_is_found(name: str) -> None:
    assert adds(code_of_function(SHAPES[name], "python", "add"))
    assert adds(code_of_answer(SHAPES[name], "python"))


def test_a_method_is_called_as_the_function_that_was_asked_for() -> None:
    code = code_of_function(SHAPES["class Solution"], "python", "add")
    assert code is not None and code.endswith("add = Solution().add")
    needs = "class Box:\n    def __init__(self, size):\n        self.size = size\n\n    def add(self, a, b):\n        pass"  # noqa: E501
    assert code_of_function(block(needs), "python", "add") == needs


def shapes_in(language: str) -> dict[str, str]:
    right, wrong, stub, *_ = OTHERS[language]
    comment = "# " if language in ("ruby", "bash") else "// "
    lines = zip(right.split("\n"), wrong.split("\n"), strict=True)
    changes = "\n".join(f" {new}" if new == old else f"-{old}\n+{new}" for new, old in lines)
    return {
        "indented": f"Here:\n\n{indented(right, '    ')}\n\nDone.",
        "JSON": json.dumps({"code": right}),
        "JSON in a block": block(json.dumps({"code": right}, indent=1), "json"),
        "a diff of the draft": f"{block(wrong, language)}\nFix:\n{block('@@ -1 +1 @@' + chr(10) + changes, 'diff')}",
        "a diff that adds all": block(
            "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n" + indented(right, "+"), "diff"
        ),
        "numbered": block(numbered(right, "{:>3} {}"), language),
        "numbered with bars": block(numbered(right, "{} | {}"), language),
        "don't": f"{block(right, language)}\nDon't do this:\n{block(wrong, language)}",
        "said in a comment": f"{block(right, language)}\n\n{block(comment + 'WRONG' + chr(10) + wrong, language)}",
        "HTML": f"<pre><code class='{language}'>{right.replace('<', '&lt;')}</code></pre>",
        "a tag": f"<solution>\n{right}\n</solution>",
        "four backticks": f"````markdown\n{block(right, language)}\n````",
        "the language in the block": f"```\n{language}\n{right}\n```",
        "headings": f"## Approach\nuse plus\n\n## Code\n{right}\n\n## Complexity\nO(1)",
        "zero width": block(right.replace("a + b", "a \u200b+ b"), language),
        "hard spaces": block(right.replace("    ", "\u00a0\u00a0 \u00a0"), language),
        "a stub later": f"{block(right, language)}\nIts signature:\n{block(stub or right, language)}",
        "a file that is written": block(f"cat > x <<'EOF'\n{right}\nEOF", "bash"),
    }


@pytest.mark.parametrize("language", OTHERS)
def test_shapes_in_other_languages(language: str) -> None:
    for name, text in shapes_in(language).items():
        for code in (code_of_function(text, language, "add"), code_of_answer(text, language)):
            assert code is not None and "+" in code, name
            assert not any(minus in code for minus in ("a - b", " - $2", "$a - $b")), name
            assert language == "bash" or attempts_of(block(code, language), language)[0].parses, name


@pytest.mark.parametrize(
    "before",
    [
        "That is wrong. Corrected:",
        "My first version was incorrect. Here's the corrected version:",
        "This fixes the wrong output:",
        "It handles broken input too:",
        "The bad news is that it is slow:",
        "We do not use recursion:",
        "To avoid overflow, use this:",
        "That was a common mistake; now:",
        "",
        "Solution",
    ],
)
def test_a_correction_is_not_shown_as_wrong(before: str) -> None:
    assert not is_shown_wrong(before, "def f():\n    return 1")


def test_a_patch_that_fits_nowhere_is_no_code() -> None:
    patch = "@@ -3 +3 @@\n def other():\n-    return 1\n+    return 2"
    text = f"{block('def add(a, b):' + chr(10) + '    return a + b')}\nAnd in the other file:\n{block(patch, 'diff')}"
    assert adds(code_of_function(text, "python", "add"))
    assert code_of_function(block("@@ -3 +3 @@\n     x = 1\n+    return x", "diff"), "python", "add") is None


def test_parts_in_files_of_their_own_are_put_together() -> None:
    text = (
        "`helpers.py`\n" + block("def plus(a, b):\n    return a + b")
        + "\n`main.py`\n" + block("from helpers import plus\n\ndef add(a, b):\n    return plus(a, b)")
    )  # fmt: skip
    assert adds(code_of_function(text, "python", "add"))
    assert adds(code_of_answer(text, "python"))
    kept = block("from operator import add as plus\n\ndef add(a, b):\n    return plus(a, b)")
    assert adds(code_of_function(kept, "python", "add"))
