"""Figures of `faithful.md`: the pipeline and the published rules, written anew, on the same files and responses.

    python -m tests.benchmarks.bench_faithful [--files 1000] [--instructions 2000] [--show]

The table between the two marks of the page is written anew; `--show` prints it instead. What only one of the two keeps
is printed place by place.
"""

import argparse
from pathlib import Path

from tests.published import oracle
from tests.published.paired import (
    Pair,
    made_up_responses,
    paired_forms,
    paired_seeds,
    paired_selection,
    real_files,
)

PAGE = Path(__file__).with_name("faithful.md")
BEGIN, END = "<!-- figures of bench_faithful -->\n", "<!-- end of figures -->\n"


def main() -> None:
    """Measure, and write the page's table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--instructions", type=int, default=2000)
    parser.add_argument("--show", action="store_true", help="print the table, and leave the page as it is")
    given = parser.parse_args()
    head = ["| | published | ours | in one alone |", "|---|---|---|---|"]
    table = "\n".join([*head, *seed_lines(given.files), *row_lines(given.instructions)])
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    if given.show or not rest:
        print(table)
    else:
        PAGE.write_text(f"{before}{BEGIN}\n{table}\n\n{END}{after}")


def seed_lines(count: int) -> list[str]:
    """Functions of real files."""
    files = real_files(count)
    extracted, kept = paired_seeds(files)
    return [
        compared(f"functions extracted from {files.height} files", extracted),
        compared("of them kept by the rules (imports given)", kept),
    ]


def row_lines(count: int) -> list[str]:
    """Selection and final form of made-up responses."""
    responses = made_up_responses(count)
    outcome, published = paired_selection(responses)
    first = responses.group_by("instruction_id", maintain_order=True).first()
    before = len(oracle.selected(first.iter_rows(named=True)))
    ours = set(outcome.kept["response_id"])
    forms = paired_forms(outcome.kept)
    height = forms.rows.height
    return [
        f"| rows selected from {responses.height:,} passing responses of {count:,} made-up instructions | "
        f"{len(published)} | {len(ours)} | {len(ours ^ set(published))} |",
        f"| the same, one response an instruction first and repeats dropped afterwards | | {before} | |",
        f"| completions in the smart form, with the same coins | {height} | {height} | "
        f"{len(forms.other_completion)} |",
        f"| prompts with checks that the published rule shows, {forms.with_checks} of {height} | | | "
        f"{len(forms.other_checks)} |",
    ]


def compared(what: str, pair: Pair) -> str:
    """A line of the table; where the two differ is printed."""
    for name, places in (
        ("published alone", pair.published - pair.ours),
        ("ours alone", pair.ours - pair.published),
    ):
        for file, line in sorted(places):
            print(f"{what}, {name}: {file}:{line}")
    return f"| {what} | {len(pair.published)} | {len(pair.ours)} | {len(pair.published ^ pair.ours)} |"


if __name__ == "__main__":
    main()
