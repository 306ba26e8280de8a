"""Real Python, against the standard library's own parser: the same functions, documentation and lines."""

import ast
import random
import sysconfig
import warnings
from pathlib import Path

import polars as pl
import pytest

from assets.filtered_seeds.extraction import ExtractionSettings, extract
from assets.filtered_seeds.extraction.lines import dedent

N_FILES = 150


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    folder = Path(sysconfig.get_path("stdlib"))
    paths = sorted(path for path in folder.rglob("*.py") if "site-packages" not in path.parts)
    chosen = random.Random(0).sample(paths, N_FILES)
    found = {}
    for path in chosen:
        try:
            source = path.read_bytes().decode()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                ast.parse(source)
        except (UnicodeDecodeError, SyntaxError, ValueError):
            continue  # what Python itself cannot read has no reference
        found[str(path.relative_to(folder))] = source
    return found


@pytest.fixture(scope="module")
def outcome(sources):
    files = pl.DataFrame({"file_id": sources.keys(), "content": sources.values()}).with_columns(
        language=pl.lit("python")
    )
    return extract(files, ExtractionSettings(parse_timeout_s=60))


def documented(source: str) -> dict[tuple[int, str], tuple[int, str]]:
    """First line and name: last line and docstring, as `ast` sees them."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = (ast.get_docstring(node) or "").rstrip()
            if docstring:
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                found[first, node.name] = (node.end_lineno, docstring.strip())
    return found


@pytest.mark.slow(seconds=3)
def test_the_functions_are_those_that_python_sees(sources, outcome):
    seeds = {key[0]: rows for key, rows in outcome.kept.partition_by("file_id", as_dict=True).items()}
    compared = 0
    for file_id, source in sources.items():
        expected = documented(source.removeprefix("\ufeff"))
        rows = seeds[file_id].to_dicts() if file_id in seeds else []
        assert {(row["start_line"], row["name"]) for row in rows} == set(expected), file_id
        lines = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for row in rows:
            last_line, docstring = expected[row["start_line"], row["name"]]
            assert row["docstring"].strip() == docstring
            # comments at the end of a body are no nodes of `ast`
            assert all(
                not line.strip() or line.lstrip().startswith("#")
                for line in lines[last_line : row["end_line"]]
            )
            assert row["end_line"] >= last_line
            compared += 1
    assert compared == outcome.kept.height > 300


def test_slicing_the_lines_and_dedenting_gives_the_seed(sources, outcome):
    for row in outcome.kept.iter_rows(named=True):
        source = sources[row["file_id"]].removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        lines = source.split("\n")[row["start_line"] - 1 : row["end_line"]]
        assert dedent("\n".join(lines)) == row["seed"]


def test_what_is_not_flagged_is_valid_alone(outcome):
    fine = outcome.kept.filter(~pl.col("has_error"))
    assert fine.height > 0.99 * outcome.kept.height
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        for row in fine.iter_rows(named=True):
            ast.parse(row["seed"])


def test_signals_are_those_that_python_sees(outcome):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        for row in outcome.kept.filter(~pl.col("has_error")).iter_rows(named=True):
            (function,) = ast.parse(row["seed"]).body
            assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            arguments = function.args
            count = len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)
            count += (arguments.vararg is not None) + (arguments.kwarg is not None)
            assert row["n_arguments"] == count, row["seed"]
            assert row["has_return_value"] == returns_a_value(function), row["seed"]


def returns_a_value(function: ast.AST) -> bool:
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return) and node.value is not None:
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return False
