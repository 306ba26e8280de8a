"""The baseline of Magicoder's ablation: comments and functions as they stand, no model asked, nothing lost."""

from pathlib import Path

import polars as pl

from assets.benchmarks.problem import PROBLEM_SCHEMA
from assets.candidate_responses.methods import write_responses
from assets.corpus_dump.table import TABLE as FILES
from assets.filtered_seeds.chain import Chain
from assets.instructions.methods import write_instructions
from assets.rows.ledger import Ledger, accounting_errors
from assets.sft_dataset.rows import training_rows
from assets.verified_responses.door import Means
from assets.verified_responses.methods import verify
from pipeline_defs.recipes.model import load_recipe
from resources.row_cache import RowCache
from resources.storage import Storage

SOURCE = '''\
import math


def hypotenuse(a, b):
    """Return the length of the side across from the right angle.

    A second paragraph, which the pair leaves out.
    """
    total = a * a + b * b
    return math.sqrt(total)


def short(x):
    """Two words."""
    return x


def undocumented(x):
    y = x
    return y
'''


def never(*_: object):
    raise AssertionError("the baseline asks no model and runs nothing")


def test_pairs_become_rows_without_a_call(tmp_path: Path) -> None:
    recipe = load_recipe("comment_function_baseline")
    cache = RowCache(Storage(tmp_path))
    files = pl.DataFrame(
        [{"file_id": "f", "content": SOURCE, "language": "python", "repo": "r", "path": "a.py", "dump": "d"}],
        schema=FILES.schema,
    )
    seeds = Chain(recipe.seeds, "python", cache).run(files.lazy())
    ledger = Ledger()
    written = write_instructions(seeds, recipe.instructions, never, ledger)
    answered = write_responses(written.kept, recipe.responses, never)
    means = Means(sandbox=never, asker=never, row_cache=cache, language="python")
    verified = verify(answered.kept, recipe.verification, means)
    problems = pl.DataFrame(schema=PROBLEM_SCHEMA)
    outcome, *_ = training_rows(verified.verdicts, seeds.lazy(), files.lazy(), problems, recipe.sft)
    assert accounting_errors(ledger.funnel(), written.rejected, written.kept.height) == []
    rows = {row["prompt"]: row for row in outcome.kept.to_dicts()}
    head, _, body = SOURCE[SOURCE.index("def hypotenuse") : SOURCE.index("\n\n\ndef short")].rpartition(
        '"""\n'
    )
    assert set(rows) == {
        f'{head}"""\n',
        'def short(x):\n    """Two words."""\n',
    }  # raw code, and no word beside it
    row = rows[f'{head}"""\n']
    assert row["completion"] == body and body.startswith("    total")
    assert (row["engine"], row["category"]) == (None, None)
