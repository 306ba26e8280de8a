"""Fenced blocks as models write them: nested, unclosed, indented, in other words for the same language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.source_code.code_blocks import fenced, scan


@given(st.text(alphabet="ab `~\n#", max_size=60), st.text(alphabet="ab \n", max_size=20))
def test_a_fenced_text_is_read_back_whole(code, prose):
    text = f"{prose}\n{fenced(code, 'python')}\n{prose}"
    blocks = scan(text).blocks
    assert [block.text for block in blocks] == [code.strip("\n")]
    assert blocks[0].closed and blocks[0].is_in("python")


@given(st.text())
def test_every_line_is_prose_or_not(text):
    scanned = scan(text)
    assert len(scanned.lines) == len(scanned.prose)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("```python\nx\n```", [("python", "x", True)]),
        ("```Python title=a\nx\n```", [("python", "x", True)]),
        ("```{.py}\nx\n```", [("py", "x", True)]),
        ("~~~\nx\n```\ny\n~~~", [("", "x\n```\ny", True)]),
        ("````python\n```\nx\n```\n````", [("python", "```\nx\n```", True)]),
        ("```python\n```python\nx\n```", [("python", "```python\nx", True)]),
        ("```python\nx", [("python", "x", False)]),
        ("  ```python\n  x\n    y\n  ```", [("python", "x\n  y", True)]),
        ("a ```python``` b", []),
        ("```x``` y\nz", []),
        ("```python\r\nx\r\n```\r\n", [("python", "x", True)]),
    ],
)
def test_fences(text, blocks):
    assert [(block.info, block.text, block.closed) for block in scan(text).blocks] == blocks


def test_words_for_a_language():
    blocks = scan("```py\n1\n```\n```c++\n2\n```\n```\n3\n```").blocks
    assert [block.is_in("python") for block in blocks] == [True, False, False]
    assert blocks[1].is_in("cpp")
