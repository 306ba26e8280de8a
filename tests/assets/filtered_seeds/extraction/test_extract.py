"""Every file gives a seed or one rejection, whatever is in it; wrong input is refused by name."""

import time

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.filtered_seeds.extraction import SEED_SCHEMA, ExtractionSettings, extract
from assets.source_code.languages import LANGUAGES

FUNCTION = 'def f(x):\n    """Doc."""\n    return x\n'


def files(*contents: str | None, language: str = "python") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "file_id": [f"f{number}" for number in range(len(contents))],
            "content": contents,
            "language": language,
        },
        schema={"file_id": pl.String, "content": pl.String, "language": pl.String},
    )


def reasons(outcome) -> dict[str, str]:
    return dict(outcome.rejected.select("id", "reason").iter_rows())


def test_each_rejection_has_its_reason():
    outcome = extract(
        files(None, "", " \n\t\n", "x = 1\n", "def f(:\n    'Doc.'\n    ) = = (", FUNCTION),
        ExtractionSettings(),
    )
    assert reasons(outcome) == {
        "f0": "missing_content",
        "f1": "empty",
        "f2": "empty",
        "f3": "no_seed",
        "f4": "parse_error",
    }
    assert outcome.kept["file_id"].to_list() == ["f5"]
    assert outcome.kept.schema == SEED_SCHEMA


def test_a_language_without_rules_is_rejected_by_name_where_parsing_is_needed():
    cobol = files("DISPLAY 'HI'.", language="cobol")
    outcome = extract(cobol, ExtractionSettings())
    assert outcome.rejected.select("reason", "detail").row(0) == ("unknown_language", "cobol")
    assert extract(cobol, ExtractionSettings(kind="snippet")).kept.height == 1
    unnamed = cobol.with_columns(language=pl.lit(None, pl.String))
    assert reasons(extract(unnamed, ExtractionSettings())) == {"f0": "unknown_language"}


def test_no_files_no_seeds():
    for kind in ("function", "snippet", "comment_pair", "file"):
        outcome = extract(files(), ExtractionSettings(kind=kind))
        assert outcome.kept.schema == SEED_SCHEMA
        assert outcome.kept.height == outcome.rejected.height == 0


def test_ids_that_stand_twice_are_named():
    twice = pl.concat([files("a", "b", "c"), files("d", "e")])
    with pytest.raises(ValueError, match="2 file ids stand more than once: f0, f1"):
        extract(twice, ExtractionSettings())


def test_a_missing_id_and_a_missing_column_are_named():
    with pytest.raises(ValueError, match="no column content; they have file_id, language"):
        extract(files("a").drop("content"), ExtractionSettings())
    with pytest.raises(ValueError, match="1 of the files have no file_id"):
        extract(files("a").with_columns(file_id=pl.lit(None, pl.String)), ExtractionSettings())


def test_a_file_that_takes_too_long_is_cut():
    slow = "import a\nx = [" + "(1, " * 300_000
    began = time.monotonic()
    outcome = extract(files(slow + "\n" + FUNCTION, FUNCTION), ExtractionSettings(parse_timeout_s=0.05))
    assert outcome.rejected.select("reason", "detail").row(0) == ("parse_timeout", "more than 0.05 s")
    assert outcome.kept["file_id"].to_list() == ["f1"]
    assert time.monotonic() - began < 60


def test_line_ends_and_byte_order_marks_do_not_matter():
    plain = extract(files(FUNCTION), ExtractionSettings()).kept.drop("file_id", "seed_id")
    for content in ("\ufeff" + FUNCTION, FUNCTION.replace("\n", "\r\n"), FUNCTION.replace("\n", "\r")):
        assert extract(files(content), ExtractionSettings()).kept.drop("file_id", "seed_id").equals(plain)


def test_a_file_of_a_hundred_thousand_lines():
    filler = "".join(f"x{number} = 1\n" for number in range(50_000))
    seed = extract(files(filler + FUNCTION + filler), ExtractionSettings(parse_timeout_s=60)).kept.row(
        0, named=True
    )
    assert (seed["start_line"], seed["end_line"]) == (50_001, 50_003)
    assert seed["seed"] == FUNCTION.rstrip()


def test_ten_thousand_functions_in_one_file():
    content = "".join(f'def f{number}():\n    """Doc."""\n' for number in range(10_000))
    seeds = extract(files(content), ExtractionSettings(parse_timeout_s=60)).kept
    assert seeds["name"].to_list() == [f"f{number}" for number in range(10_000)]


@pytest.mark.parametrize(
    "content",
    [
        "x = " + "(" * 20_000 + ")" * 20_000 + "\n" + FUNCTION,
        "x = " + "-" * 50_000 + "1\n" + FUNCTION,
        "".join(" " * depth + "if x:\n" for depth in range(300))
        + " " * 300
        + FUNCTION.replace("\n", "\n" + " " * 300),
    ],
    ids=["parentheses", "signs", "blocks"],
)
def test_deep_nesting(content):
    outcome = extract(files(content), ExtractionSettings(parse_timeout_s=60))
    assert outcome.kept["name"].to_list() == ["f"] or outcome.rejected.height == 1


def test_functions_nested_in_each_other():
    content = "".join(
        f"{'    ' * depth}def f{depth}():\n{'    ' * (depth + 1)}'Doc.'\n" for depth in range(80)
    )
    seeds = extract(files(content), ExtractionSettings(parse_timeout_s=60)).kept
    assert seeds.height == 80
    assert seeds["is_nested"].to_list() == [False] + [True] * 79


@pytest.mark.parametrize("language", LANGUAGES)
def test_nul_form_feed_and_unicode(language):
    contents = [
        "\0",
        "/** a */\0",
        "# \0\ndef f():\n \0'''a'''\n",
        "\f\f",
        "/// \u2028\n# é\n'ü'",
        "\ufeff\ufeff#",
    ]
    outcome = extract(files(*contents, language=language), ExtractionSettings(parse_timeout_s=60))
    assert {*outcome.kept["file_id"], *outcome.rejected["id"]} == {f"f{number}" for number in range(6)}


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_no_file_is_lost_and_none_breaks_the_others(data):
    language = data.draw(st.sampled_from(LANGUAGES))
    pieces = st.sampled_from(
        [
            *"{}()[]<>;:,.=\"'`\\#@$%&*|!?~^+-/ \t\n\r\f\0",
            *(
                "/**",
                "*/",
                "///",
                "//",
                '"""',
                "'''",
                "=begin\n",
                "\n=end\n",
                "<?php ",
                "<<EOF\n",
                "EOF\n",
                "${",
            ),
            *(
                "def f(a):\n",
                "function f(a) {",
                "fn f() {",
                "func f() {",
                "int f() {",
                "class A {",
                "end\n",
                "}\n",
            ),
            *("return 1", "template<class T>", "#[x]", "@x", "é", "\u2028", "import x", "    "),
        ]
    )
    contents = data.draw(st.lists(st.lists(pieces, max_size=60).map("".join), min_size=1, max_size=4))
    frame = files(*contents, language=language)
    outcome = extract(frame, ExtractionSettings(parse_timeout_s=60))
    assert sorted({*outcome.kept["file_id"]} | {*outcome.rejected["id"]}) == sorted(frame["file_id"])
    assert not {*outcome.kept["file_id"]} & {*outcome.rejected["id"]}
    assert outcome.rejected["id"].is_unique().all()
    assert outcome.kept["seed_id"].is_unique().all()
    backwards = extract(frame.reverse(), ExtractionSettings(parse_timeout_s=60))
    assert backwards.kept.sort("seed_id").equals(outcome.kept.sort("seed_id"))
    for seed in outcome.kept.iter_rows(named=True):
        one = files(contents[int(seed["file_id"][1:])]).select(pl.col("content"))
        assert (
            1 <= seed["start_line"] <= seed["doc_start_line"] <= seed["doc_end_line"] <= seed["end_line"]
        ), one
