"""From answers to programs that the sandbox can judge, and the canonical solutions as answers of the same form.

A completion is cut where the function ends and set behind its prompt. Of a chat answer the code block that
holds the function is taken. Tests in Python are HumanEval's: the `check` function, called on the entry point.
"""

import re

import polars as pl

from assets.candidate_responses.code_blocks import scan
from assets.eval_scores.cutting import cut
from assets.eval_scores.requests import completion_prompt
from assets.eval_scores.settings import EvaluationSettings
from assets.generation import fenced

ANSWER_COLUMNS = ("benchmark", "problem_id", "sample", "text")


def programs(answers: pl.DataFrame, problems: pl.DataFrame, settings: EvaluationSettings) -> pl.DataFrame:
    """`answers` (`benchmark, problem_id, sample, text` and any others) with `code` and `tests` beside them.

    The order of the answers stays. An answer that is null gives empty code, which no test accepts.
    """
    fields = ["prompt", "entry_point", "test"]
    joined = answers.drop("language", *fields, strict=False).join(
        problems.select("benchmark", "problem_id", "language", *fields),
        on=["benchmark", "problem_id"],
        how="left",
        maintain_order="left",
    )
    of_style = _code_of_completion if settings.prompt_style == "completion" else _code_of_chat
    code = [
        of_style(language, prompt, entry_point, text or "")
        for language, prompt, entry_point, text in joined.select(
            "language", "prompt", "entry_point", "text"
        ).iter_rows()
    ]
    tests = (
        pl.when(pl.col("language") == "python")
        .then(pl.format("{}\n\ncheck({})\n", pl.col("test").str.strip_chars_end(), "entry_point"))
        .otherwise("test")
    )
    return joined.with_columns(pl.Series("code", code, pl.String), tests.alias("tests")).drop(
        "prompt", "entry_point", "test"
    )


def canonical_answers(problems: pl.DataFrame, settings: EvaluationSettings) -> pl.DataFrame:
    """Answers (`benchmark, problem_id, language, sample, text`) that a perfect model would give.

    Problems without a canonical solution are left out.
    """
    known = problems.filter(pl.col("canonical_solution").is_not_null())
    texts = [
        # the line ends that the prompt lost belong to the answer
        prompt[len(completion_prompt(prompt)) :] + solution
        if settings.prompt_style == "completion"
        else fenced(prompt + solution, language)
        for prompt, solution, language in known.select("prompt", "canonical_solution", "language").iter_rows()
    ]
    return known.select(
        "benchmark",
        "problem_id",
        "language",
        pl.lit(0, pl.Int32).alias("sample"),
        pl.Series("text", texts, pl.String),
    )


def _code_of_completion(language: str, prompt: str, entry_point: str, text: str) -> str:
    start = completion_prompt(prompt)
    return start + cut(language, start, text) + "\n"


def _code_of_chat(language: str, prompt: str, entry_point: str, text: str) -> str:
    """The answer's block with the entry point in it, else its first block in the language, else all of it.

    A block without the function is taken for its body; one without what stood before the function in the
    prompt (imports, mostly) gets that.
    """
    blocks = [block for block in scan(text).blocks if block.is_in(language) or not block.info]
    holding = [block.text for block in blocks if _defines(language, entry_point, block.text)]
    code = holding[0] if holding else blocks[0].text if blocks else text
    if not _defines(language, entry_point, code):
        return prompt + code + "\n"
    if language == "python":
        code = _before(prompt, entry_point) + code
    return code + "\n"


def _defines(language: str, entry_point: str, code: str) -> bool:
    name = re.escape(entry_point)
    pattern = rf"(?m)^\s*(?:async\s+)?def\s+{name}\s*\(" if language == "python" else rf"\b{name}\b"
    return re.search(pattern, code) is not None


def _before(prompt: str, entry_point: str) -> str:
    """What stands before the function in a Python prompt; defining it twice does no harm."""
    found = re.search(rf"(?m)^(?:async\s+)?def\s+{re.escape(entry_point)}\s*\(", prompt)
    before = prompt[: found.start()].strip() if found else ""
    return before + "\n\n\n" if before else ""
