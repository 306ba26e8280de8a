"""The report of contamination: what it counts, and a page with hostile texts that holds nothing from outside."""

import re

import polars as pl

from assets.benchmarks.registry import load_benchmarks
from assets.sft_dataset.decontamination import decontaminate
from assets.sft_dataset.report import contamination_report
from assets.sft_dataset.report_page import marked_texts
from assets.sft_dataset.report_tables import by_source
from assets.sft_dataset.settings import Decontamination

PROBLEMS = load_benchmarks(["seedline"]).head(12)
SOLUTION = PROBLEMS["prompt"][3] + PROBLEMS["canonical_solution"][3]
HOSTILE = "<script>alert(1)</script> "
ROWS = pl.DataFrame(
    {
        "response_id": ["copy", "clean"],
        "prompt": [HOSTILE + str(PROBLEMS["question"][3]), "Write a sonnet."],
        "completion": [f"```python\n{SOLUTION}\n```", "No."],
        "seed": [None, "def f(x):\n    return x\n"],
    }
)
SEEDS = pl.LazyFrame(
    {"seed_id": ["a", "b", "c"], "seed": [SOLUTION, "x = 1", "y = 2"], "language": ["python"] * 3}
)
SOURCES = pl.DataFrame({"response_id": ["copy", "clean"], "repo": ["<b>/tests", "a/b"]})
PARTS = {"instruction": pl.col("prompt"), "response": pl.col("completion"), "seed": pl.col("seed")}


def test_the_report_counts_finds_by_benchmark_and_method_and_shows_the_pairs():
    chosen = Decontamination(methods=("verbatim", "ngram_overlap"), actions={"ngram_overlap": "review"})
    found = decontaminate(ROWS, PROBLEMS, chosen, text=PARTS, id_column="response_id", seed=0)
    report = contamination_report(
        "Contamination <of> it", found, PROBLEMS, SEEDS, SOURCES, chosen, None, seed=0
    )
    assert report.waiting == found.hits.filter(method="ngram_overlap").height > 0
    assert re.search(r"`seedline` \\| 12 \\| `verbatim` \\| \\d+ \\| 1 \\| 1", report.markdown)
    page = report.page
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page
    assert "Contamination &lt;of&gt; it" in page
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    assert "1 of 3" in page and "33.333 %" in page  # of the seeds, by either method
    assert page.count("waits for a person") >= 1
    assert "<mark>" in page and PROBLEMS["problem_id"][3] in page and "Write a sonnet." not in page
    assert "<td>&lt;b&gt;/tests" in page and "a/b" not in page  # where the finds are from
    nothing = decontaminate(ROWS[1:], PROBLEMS, chosen, text=PARTS, id_column="response_id", seed=0)
    assert (
        "<p>None.</p>"
        in contamination_report("x", nothing, PROBLEMS, SEEDS, SOURCES, chosen, None, seed=0).page
    )


def test_what_two_texts_share_is_marked_in_both_and_everything_is_escaped():
    one, other = marked_texts("a < b then the sum of them", "x; The Sum of Them & more")
    assert one == "a &lt; b then <mark>the sum of them</mark>"
    assert other == "x; <mark>The Sum of Them</mark> &amp; more"


def test_finds_are_counted_by_source_those_with_most_first():
    rows = pl.DataFrame({"response_id": list("abcdef")})
    sources = pl.DataFrame({"response_id": list("abcde"), "repo": ["x", "x", "y", "y", "y"]})
    hits = pl.DataFrame({"response_id": ["a", "a", "c", "d", "d"], "method": ["m", "n", "n", "n", "n"]})
    assert by_source(rows, hits, sources).rows() == [
        ("y", 3, 2, 2 / 3, 2 / 3, "n"),
        ("x", 2, 1, 1 / 2, 1 / 3, "m, n"),
    ]
    assert by_source(rows, hits.clear(), sources).height == 0
