"""The judge's prompt and its answer: yes keeps a function, anything else drops it.

The function is shown with the imports that it needs and without its docstring, the docstring as a description, after
labelled examples of our own in an order drawn for the row; `verdict.py` reads the answer. Method: StarCoder2-Instruct
(bigcode-project/starcoder2-self-align), step 6.
"""

import ast
import functools
import random
import warnings
from importlib import resources
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from assets.asking.asker import (
    BATCH_PROMPTS,
    Ask,
    answers,
    finished,
    raw_detail,
    requests_frame,
    step_in_batches,
)
from assets.asking.draws import draw_number
from assets.asking.prompts import template
from assets.asking.worked_examples import read_examples
from assets.filtered_seeds.docstring_judge.settings import DocstringJudge
from assets.filtered_seeds.docstring_judge.verdict import verdict
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.source_code.standalone import with_imports
from resources.digests import contents_sha256, folder_contents
from resources.engines.base import Sampling

PACKAGE = "assets.filtered_seeds.docstring_judge"
STAGE = "docstring_judge"
TASK = "docstring_judge"
CALL = "filtered_seeds/docstring_judge"


class Example(BaseModel):
    """A function without its docstring, a description, and whether the one can be written from the other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    code: str = Field(min_length=1)
    description: str = Field(min_length=1)
    answer: bool


def judged_languages() -> tuple[str, ...]:
    """The languages that there are labelled examples in."""
    folder = resources.files(PACKAGE).joinpath("examples")
    return tuple(
        sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    )


@functools.cache
def examples(language: str) -> tuple[Example, ...]:
    """All labelled examples in `language`; an error names the file and what is wrong in it."""
    file = resources.files(PACKAGE).joinpath("examples", f"{language}.yaml")
    if not file.is_file():
        raise ValueError(
            f"no labelled examples to judge docstrings in {language} by: write {file}, or set docstring_judge: null"
        )
    return read_examples(file, Example, "the file of labelled examples")


def examples_digest() -> str:
    """SHA-256 over the files of examples: part of the code version of the stage that shows them."""
    return contents_sha256(folder_contents(resources.files(PACKAGE).joinpath("examples"), (".yaml",)))


def judge_docstrings(seeds: pl.DataFrame, settings: DocstringJudge, ask: Ask) -> Outcome:
    """Seeds whose description the model finds good enough; `seeds` has `seed_id, language, seed, docstring, imports`,
    and outside Python the lines of the documentation.

    The columns and the order of what is kept stay, and `judged_by` says by which rule an answer was a yes. One that is
    no yes is a no, with the rule, what it weighed and, where it is neither, its text as detail.
    """
    return step_in_batches(seeds, lambda batch: _judge(batch, settings, ask), BATCH_PROMPTS)


def _judge(seeds: pl.DataFrame, settings: DocstringJudge, ask: Ask) -> Outcome:
    undocumented = Rule(
        Reason.DOCSTRING_QUALITY,
        pl.col("docstring").fill_null("").str.strip_chars() == "",
        pl.lit("no documentation"),
    )
    documented = apply_rules(seeds, [undocumented], stage=STAGE, id_column="seed_id")
    answered = answers(
        documented.kept.select("seed_id"),
        requests(documented.kept, settings),
        ask,
        _sampling(settings),
        stage=CALL,
        id_column="seed_id",
    )
    # the answer's first word is all that is wanted, so that an answer cut after it is whole
    cut = pl.col("finish_reason").replace({"length": "stop"})
    whole = finished(answered.with_columns(cut), stage=STAGE, id_column="seed_id")
    if "candidates" not in whole.kept.columns:
        whole = Outcome(whole.kept.with_columns(pl.lit(None).alias("candidates")), whole.rejected)
    found = [
        verdict(text or "", candidates, settings.answer_by, settings.max_tokens)
        for text, candidates in whole.kept.select("text", "candidates").iter_rows()
    ]
    said = [
        pl.Series("said", [one.said for one in found], dtype=pl.String),
        pl.Series("judged_by", [one.by for one in found], dtype=pl.String),
        pl.Series("evidence", [one.evidence for one in found], dtype=pl.String),
    ]
    refused = Rule(
        Reason.DOCSTRING_QUALITY,
        pl.col("said").ne_missing("yes"),
        pl.when(pl.col("said") == "no")
        .then(pl.format("no ({})", "evidence"))
        .otherwise(raw_detail(pl.format("neither yes nor no ({})", "evidence"))),
    )
    decided = apply_rules(whole.kept.with_columns(said), [refused], stage=STAGE, id_column="seed_id")
    kept = documented.kept.drop("judged_by", strict=False).join(
        decided.kept.select("seed_id", "judged_by"), on="seed_id", how="inner", maintain_order="left"
    )
    return Outcome(kept, pl.concat([documented.rejected, whole.rejected, decided.rejected]))


def _sampling(settings: DocstringJudge) -> Sampling:
    wanted = settings.candidates if settings.answer_by == "candidates" else 0
    return Sampling(settings.max_tokens, settings.temperature, stop=("\n##",), top_logprobs=wanted)


def requests(seeds: pl.DataFrame, settings: DocstringJudge) -> pl.DataFrame:
    """One completion request a seed (`REQUEST_SCHEMA`), keyed by `seed_id`."""
    prompt = template(PACKAGE, "docstring_judge.jinja")
    rows: list[dict[str, object]] = []
    for row in seeds.iter_rows(named=True):
        shots = list(examples(row["language"]))
        random.Random(draw_number(settings.seed, "docstring_judge", row["seed_id"])).shuffle(shots)
        rows.append(
            {
                "key": row["seed_id"],
                "prompt": prompt.render(
                    shots=shots[: settings.shots],
                    language=row["language"],
                    code=with_imports(without_documentation(row), row.get("imports")),
                    description=row["docstring"].strip(),
                ),
                "task": TASK,
                "sample": 0,
                "seed": draw_number(settings.seed, "sampling/docstring_judge", row["seed_id"]),
            }
        )
    return requests_frame(rows)


def without_documentation(row: dict[str, Any]) -> str:
    """The function of a seed without its documentation: a docstring, or the comment's lines in other languages.

    `row` has `language, seed`, and outside Python `start_line, doc_start_line, doc_end_line` (null: none).
    """
    if row["language"] == "python":
        return without_docstring(row["seed"])
    if row["doc_start_line"] is None:
        return row["seed"]
    lines = row["seed"].split("\n")
    first, end = (row[name] - row["start_line"] for name in ("doc_start_line", "doc_end_line"))
    rest = "\n".join(lines[:first] + lines[end + 1 :])
    return rest if rest.strip() else row["seed"]  # comment and code on one line


def without_docstring(seed: str) -> str:
    """A Python function without its docstring; as it is where it has none or does not parse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # of the code's own escapes
        try:
            tree = ast.parse(seed)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return seed
    function = next(
        (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)), None
    )
    if function is None or ast.get_docstring(function, clean=False) is None:
        return seed
    told = function.body[0]
    assert told.end_lineno is not None and told.end_col_offset is not None
    lines = seed.split("\n")
    before = lines[told.lineno - 1].encode()[: told.col_offset].decode()
    after = lines[told.end_lineno - 1].encode()[told.end_col_offset :].decode().lstrip(" ;")
    rest = [before + after] if before.strip() or after.strip() else []
    return "\n".join([*lines[: told.lineno - 1], *rest, *lines[told.end_lineno :]])
