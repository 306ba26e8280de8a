"""Figures of `faithful.md`: the pipeline and the published rules, written anew, on the same files and responses.

python -m tests.benchmarks.bench_faithful [--files 1000] [--instructions 2000]
"""

import argparse

from tests.published import oracle
from tests.published.paired import (
    Pair,
    final_rows,
    made_up_responses,
    paired_seeds,
    paired_selection,
    real_files,
)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--instructions", type=int, default=2000)
    given = parser.parse_args()
    files = real_files(given.files)
    extracted, kept, unparsed = paired_seeds(files)
    print(f"files {files.height}, of them {unparsed} that Python does not parse")
    told("functions extracted", extracted)
    told("functions kept by the rules", kept)
    responses = made_up_responses(given.instructions)
    outcome, published = paired_selection(responses)
    first = responses.group_by("instruction_id", maintain_order=True).first()
    before = len(oracle.selected(first.iter_rows(named=True)))
    ours = set(outcome.kept["response_id"])
    print(
        f"selection: {responses.height} responses of {given.instructions} instructions; published {len(published)}, "
        f"ours {len(ours)}, in one alone {len(ours ^ set(published))}; choosing first and dropping afterwards {before}"
    )
    rows = final_rows(outcome.kept)
    shown = wrong = 0
    for row in rows.iter_rows(named=True):
        checks = oracle.shown_checks(row["prompt"], row["instruction"])
        shown += checks is not None
        wrong += checks is not None and not oracle.may_show(row["tests"], checks)
    print(
        f"final form: {rows.height} rows, {shown} with checks, {wrong} that the published rule would not show"
    )


def told(what: str, pair: Pair) -> None:
    """One line a pair, and where the two differ."""
    print(
        f"{what}: published {len(pair.published)}, ours {len(pair.ours)}, "
        f"both {len(pair.published & pair.ours)}"
    )
    for name, places in (
        ("published alone", pair.published - pair.ours),
        ("ours alone", pair.ours - pair.published),
    ):
        for file, line in sorted(places)[:20]:
            print(f"  {name}: {file}:{line}")


if __name__ == "__main__":
    main()
