"""Parsing a file in parts finds what parsing it whole finds, and takes no text of a string for code."""

import ast
import sysconfig
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.filtered_seeds.extraction import ExtractionSettings, documented, extract, parts
from assets.source_code.languages import rules_of

DOCUMENTED = 'def a{n}(x):\n    """Say {n}."""\n    return x\n'
BARE = "def b{n}(x):\n    if x:\n        return [x]\n    return x\n"
PIECES = [
    DOCUMENTED,
    BARE,
    "@cache\n@wraps(\n    b,\n)\n" + DOCUMENTED,
    "@cache\n" + BARE,
    'class C{n}:\n    """Doc."""\n\n    def m(self, x):\n        """Em."""\n        return x\n',
    "class D{n}:\n    def m(self, x):\n        return x\n",
    "import os{n}\n",
    "try:\n    import a{n}\nexcept ImportError:\n    b = 1\n",
    "TEXT{n} = \"\"\"\ndef quoted(x):\n    '''No function.'''\n    return x\n\"\"\"\n",
    'TEXT{n} = """\ndef quoted(x):\n    return x\n',  # never closed: reaches to the next quotes
    "# '''\n",
    "async def e{n}(x):\n    'Short.'\n    return await x\n",
    "x{n} = 1\n",
    "def broken{n}(:\n    pass\n",
]


def found(source: str, *, whole: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    files = pl.DataFrame({"file_id": ["f"], "content": [source], "language": ["python"]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "FEW_BYTES", 0)
        if whole:
            patch.setattr(documented, "ranges_to_parse", lambda *_: None)
        outcome = extract(files, ExtractionSettings(kind="function"))
    return outcome.kept, outcome.rejected


@settings(deadline=None)  # the first example compiles the grammar
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_parts_give_what_the_whole_gives(pieces):
    source = "".join(piece.replace("{n}", str(number)) for number, piece in enumerate(pieces))
    if is_python(source):
        assert found(source, whole=False)[0].equals(found(source, whole=True)[0])


def is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def test_something_is_left_out_and_the_lines_stay_right():
    source = "import os\n\n" + (BARE + "\n\n") * 200 + DOCUMENTED
    source = source.replace("{n}", "1")
    ranges = parts.ranges_to_parse(source.encode(), rules_of("python"), [source.index('"""')])
    assert ranges is not None
    assert sum(part.end_byte - part.start_byte for part in ranges) < 200
    kept, _ = found(source, whole=False)
    assert kept["start_line"].to_list() == [source.count("\n") - 2]
    assert kept["seed"].to_list() == [DOCUMENTED.replace("{n}", "1").rstrip()]


def test_the_standard_library_in_parts_and_whole():
    paths = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[:60]
    for path in paths:
        source = path.read_text("utf-8")
        in_parts, at_once = found(source, whole=False), found(source, whole=True)
        assert in_parts[0].equals(at_once[0]), path
        assert in_parts[1].equals(at_once[1]), path
