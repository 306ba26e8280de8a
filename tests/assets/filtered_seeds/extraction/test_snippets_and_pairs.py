"""Random lines, whole files and comment-code pairs: exact lines, draws that depend on nothing but file and seed."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.filtered_seeds.extraction import ExtractionSettings, extract

TEXTS = st.text(alphabet="ab \t\n\r", max_size=60).filter(lambda text: text.strip())


def frame(contents: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "file_id": [f"f{number}" for number in range(len(contents))],
            "content": contents,
            "language": ["python"] * len(contents),
        }
    )


def lines_of(content: str) -> list[str]:
    return content.replace("\r\n", "\n").replace("\r", "\n").split("\n")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(TEXTS, min_size=1, max_size=5),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(1, 3),
    st.integers(0, 9),
)
def test_snippets(contents, fewest, more, draws, seed):
    files = frame(contents)
    chosen = ExtractionSettings(
        kind="snippet", min_lines=fewest, max_lines=fewest + more, snippets_per_file=draws, seed=seed
    )
    seeds = extract(files, chosen).kept
    assert set(seeds["file_id"]) == set(files["file_id"])
    for row in seeds.iter_rows(named=True):
        lines = lines_of(contents[int(row["file_id"][1:])])[row["start_line"] - 1 : row["end_line"]]
        assert "\n".join(lines) == row["seed"]
        assert lines[0].strip()
        assert lines[-1].strip()
        assert 1 <= row["n_lines"] == len(lines) <= fewest + more
    assert seeds.group_by("file_id").len()["len"].max() <= draws
    backwards = extract(files.reverse(), chosen).kept
    assert backwards.sort("seed_id").equals(seeds.sort("seed_id"))
    alone = extract(files.head(1), chosen).kept
    assert alone.equals(seeds.filter(file_id="f0"))


def test_snippets_of_other_seeds_differ_and_lengths_spread():
    contents = ["\n".join(f"line {number}" for number in range(200))] * 400
    seeds = extract(frame(contents), ExtractionSettings(kind="snippet")).kept
    assert set(seeds["n_lines"]) == set(range(1, 16))
    assert seeds["start_line"].n_unique() > 100
    assert not extract(frame(contents), ExtractionSettings(kind="snippet", seed=1)).kept.equals(seeds)


@given(st.lists(TEXTS, min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_whole_files(contents):
    seeds = extract(frame(contents), ExtractionSettings(kind="file")).kept
    for content, row in zip(contents, seeds.iter_rows(named=True), strict=True):
        assert "\n".join(lines_of(content)[: row["end_line"]]) == row["seed"]
        assert row["start_line"] == 1


def test_lengths_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match=r"max_lines \(2\) is below min_lines \(3\)"):
        ExtractionSettings(min_lines=3, max_lines=2)


PAIRS = '''
import os


class A:
    @staticmethod
    def long(path):
        """Reads the file there.

        And more of it.
        """
        with open(path) as file:
            return file.read()

    def short(self):
        """Not enough lines here."""
        return 1

    def few(self):
        """Two words."""
        a = 1
        return a

    def test_it(self):
        """Tests are left out."""
        a = 1
        return a

    def __init__(self):
        """As are special methods."""
        self.a = 1
        self.b = 2

    def same_line(self): "Documentation beside the code."; return 1

    def only(self, a,
             b,
             c):
        """Has nothing but its documentation."""
'''


def test_pairs_of_python_lose_the_docstring(seeds_of):
    pairs = seeds_of("python", PAIRS, kind="comment_pair")
    assert set(pairs) == {"long"}
    pair = pairs["long"]
    assert pair["docstring"] == "Reads the file there."
    assert pair["seed"] == (
        "@staticmethod\ndef long(path):\n    with open(path) as file:\n        return file.read()"
    )
    lines = lines_of(PAIRS)
    taken = (
        lines[pair["start_line"] - 1 : pair["doc_start_line"] - 1]
        + lines[pair["doc_end_line"] : pair["end_line"]]
    )
    assert [line[4:] for line in taken] == pair["seed"].split("\n")


def test_pairs_of_other_languages_begin_below_the_comment(seeds_of):
    source = "mod m {\n    /// Adds two numbers up.\n    #[inline]\n    fn add(a: i32) -> i32 {\n        a\n    }\n}\n"
    pair = seeds_of("rust", source, kind="comment_pair")["add"]
    assert pair["seed"] == "#[inline]\nfn add(a: i32) -> i32 {\n    a\n}"
    assert (pair["start_line"], pair["end_line"]) == (3, 6)
    assert (pair["doc_start_line"], pair["doc_end_line"]) == (2, 2)


def test_limits_of_pairs_are_settings(seeds_of):
    assert set(seeds_of("python", PAIRS, kind="comment_pair", pair_min_lines=1, pair_min_words=1)) == {
        "long",
        "short",
        "few",
    }
