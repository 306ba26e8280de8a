"""From answers to programs that the sandbox can judge, and the canonical solutions as answers of the same form.

A completion is cut where its code ends and set behind what it goes on from. Of a chat answer the code is taken that
the function needs (`assets/source_code/answers.py`). What a form's answer must look like to be called stands with the
form (`assets/benchmarks/input_output.py`, `insertion.py`).
"""

import re
import textwrap
import warnings
from typing import Any

import polars as pl

from assets.benchmarks import input_output, insertion
from assets.benchmarks.go_imports import needed_imports
from assets.benchmarks.problem import Form
from assets.benchmarks.rust_uses import without_unused_crates
from assets.eval_scores.closing import closed
from assets.eval_scores.cutting import cut
from assets.eval_scores.requests import completion_start, ending
from assets.eval_scores.settings import EvaluationSettings
from assets.source_code.answer_text import with_plain_fences, without_drafts
from assets.source_code.answers import code_of_function
from assets.source_code.attempts import attempts_of
from assets.source_code.code_blocks import fenced, scan
from assets.source_code.evalplus_rule import evalplus_code

_FIELDS = ("form", "start", "question", "entry_point", "test", "timeout_s", "memory_mb")


def programs(answers: pl.DataFrame, problems: pl.DataFrame, settings: EvaluationSettings) -> pl.DataFrame:
    """`answers` (`benchmark, problem_id, sample, text, begun` and any others) as programs, with the problem's limits.

    `begun` (or no such column) is what was written for the model before its text. Gives `code, tests, has_code` (there
    was code in the answer), `timeout_s, memory_mb` beside the answers' columns, in their order. `problems` come from
    `tasks.asked`, all of one task. An answer that is null is taken for an empty one, which no test accepts.
    """
    joined = answers.drop("language", *_FIELDS, strict=False).join(
        problems.select("benchmark", "problem_id", "language", *_FIELDS),
        on=["benchmark", "problem_id"],
        how="left",
        maintain_order="left",
    )
    code_of = (
        _code_of_completion if settings.prompt_style == "completion" else _EXTRACTORS[settings.extraction]
    )
    rows = joined.to_dicts()
    texts = [(row.get("begun") or "") + (row["text"] or "") for row in rows]
    code = [as_program(row, code_of(row, text)) for row, text in zip(rows, texts, strict=True)]
    completes = settings.prompt_style == "completion"
    has_code = [
        _has_code(row, row["text"] or "", text, completes) for row, text in zip(rows, texts, strict=True)
    ]
    kept = [name for name in _FIELDS if name not in ("timeout_s", "memory_mb")]
    return joined.with_columns(
        pl.Series("code", code, pl.String),
        pl.Series("has_code", has_code, pl.Boolean),
        pl.col("test").alias("tests"),
    ).drop(kept)


def as_program(problem: dict[str, Any], answer: str) -> str:
    """The code that the tests of `problem` judge, of an answer that is whole (or, of an insertion, its lines)."""
    if problem["form"] == Form.PROGRAM.value:
        return input_output.code_of(answer, problem["entry_point"])
    if problem["form"] == Form.INSERTION.value:
        return insertion.code_of(answer)
    if problem["language"] == "rust":
        return without_unused_crates(answer, problem["test"])
    return needed_imports(answer, problem["test"]) if problem["language"] == "go" else answer


def canonical_answers(problems: pl.DataFrame, settings: EvaluationSettings) -> pl.DataFrame:
    """Answers (`benchmark, problem_id, language, sample, text`) that a perfect model would give.

    Problems without a canonical solution are left out.
    """
    known = problems.filter(pl.col("canonical_solution").is_not_null())
    texts = [
        _canonical(row, completes=settings.prompt_style == "completion")
        for row in known.iter_rows(named=True)
    ]
    return known.select(
        "benchmark",
        "problem_id",
        "language",
        pl.lit(0, pl.Int32).alias("sample"),
        pl.Series("text", texts, pl.String),
    )


def _canonical(row: dict[str, Any], *, completes: bool) -> str:
    start, solution = row["start"], row["canonical_solution"]
    if row["form"] == Form.INSERTION.value:
        return solution if completes else fenced(solution, "python")
    if completes:
        return (
            start[len(start.rstrip("\r\n")) :] + solution
        )  # the line ends that the start lost are the answer's
    return fenced(start + solution, row["language"])


def _has_code(row: dict[str, Any], said: str, text: str, completes: bool) -> bool:
    """Whether a model that `said` something gave code at all; `text` is it with what was begun for it."""
    if not said.strip():
        return False
    if completes or row["form"] == Form.INSERTION.value:
        return True  # what goes on from code is code
    language, entry_point = row["language"], row["entry_point"]
    plain = without_drafts(text)
    return bool(attempts_of(plain, language)) or (
        row["form"] == Form.FUNCTION.value and code_of_function(text, language, entry_point) is not None
    )


def _code_of_completion(row: dict[str, Any], text: str) -> str:
    start = completion_start(row)
    found = cut(ending(row), start, text)
    if row["form"] == Form.INSERTION.value:
        return found
    return closed(row["problem_id"], row["language"], f"{start}{found}\n")


def _code_of_chat(row: dict[str, Any], text: str) -> str:
    """The code of an answer that the entry point needs; else its first block in the language, else all of it.

    Of a function, a block without it is taken for its body, and one without what stood before the function in the
    prompt (imports, mostly) gets that. Of a program the last block counts, as the published evaluation takes it.
    """
    language, start, entry_point = row["language"], row["start"], row["entry_point"]
    if row["form"] == Form.PROGRAM.value:
        attempts = attempts_of(without_drafts(text), language)
        return attempts[-1].text if attempts else text
    if row["form"] != Form.INSERTION.value:
        found = code_of_function(text, language, entry_point)
        if found is not None:
            return (_after_prompt(start, entry_point, found) if language == "python" else found) + "\n"
    plain = with_plain_fences(without_drafts(text))
    blocks = [block.text for block in scan(plain).blocks if block.is_in(language) or not block.info]
    if row["form"] == Form.INSERTION.value:
        lines = blocks[0] if blocks else plain
        return lines.rpartition("<code>")[2].partition("</code>")[0]
    holding = [block for block in blocks if _defines(language, entry_point, block)]
    code = holding[-1] if holding else blocks[0] if blocks else plain
    if not _defines(language, entry_point, code):
        return start + (_as_body(start, code) if language == "python" else code) + "\n"
    return (_after_prompt(start, entry_point, code) if language == "python" else code) + "\n"


def _code_by_evalplus(row: dict[str, Any], text: str) -> str:
    """Of a Python function what EvalPlus's `sanitize` leaves, which is judged alone; of others as `_code_of_chat`."""
    if row["form"] != Form.FUNCTION.value or row["language"] != "python":
        return _code_of_chat(row, text)
    return evalplus_code(text, row["entry_point"]) + "\n"


_EXTRACTORS = {"attempts": _code_of_chat, "evalplus": _code_by_evalplus}


def _defines(language: str, entry_point: str, code: str) -> bool:
    name = re.escape(entry_point)
    pattern = rf"(?m)^\s*(?:async\s+)?def\s+{name}\s*\(" if language == "python" else rf"\b{name}\b"
    return re.search(pattern, code) is not None


def _as_body(start: str, code: str) -> str:
    """`code` indented as the body of the function that `start` begins, where it is one that lost its indentation."""
    if code[:1].isspace() or not start.strip() or _compiles(start + code):
        return code
    margin = re.findall(r"(?m)^([ \t]+)\S", start)
    body = textwrap.indent(code, margin[-1] if margin else "    ")
    body = body if start.endswith("\n") else "\n" + body
    return body if _compiles(start + body) else code


def _compiles(code: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "answer", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _after_prompt(start: str, entry_point: str, code: str) -> str:
    """`code` behind what stands before the function in a Python prompt; defining it twice does no harm."""
    found = re.search(rf"(?m)^(?:async\s+)?def\s+{re.escape(entry_point)}\s*\(", start)
    before = start[: found.start()].strip() if found else ""
    if not before:
        return code
    futures = re.findall(r"(?m)^from __future__ import [^\n]*$", code)  # they must be first
    return "\n".join([*futures, before]) + "\n\n\n" + re.sub(r"(?m)^from __future__ import [^\n]*$", "", code)
