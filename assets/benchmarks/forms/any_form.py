"""Any benchmark's records: fields are known by the names that benchmarks give them, and nothing is run.

Good enough to keep data clean of a benchmark: HumanEval-X, EvalPlus's release files, BigCodeBench, ClassEval, CRUXEval,
APPS, TACO, CodeContests, and whatever else has a question. A form of its own is needed to score with it.
"""

import ast
from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms.fields import docstring, text, text_or_none
from assets.benchmarks.source import BenchmarkSource
from resources.languages import language_named

QUESTIONS = (
    "question", "prompt", "complete_prompt", "text", "description", "problem", "problem_statement", "instruction",
    "instruct_prompt", "question_content", "skeleton", "content", "query", "input_text", "code",
)  # fmt: skip
"""Names of the field that asks, the most telling first."""
SOLUTIONS = (
    "canonical_solution", "solution", "solution_code", "reference_solution", "gold_solution", "ground_truth",
    "reference_code", "reference", "code", "solutions",
)  # fmt: skip
"""Names of the field with the answer: a text, or a list of texts of which the first counts."""
NAMES = ("task_id", "problem_id", "id", "question_id", "name", "slug", "uid")
LANGUAGES = ("language", "lang", "programming_language")


def asks_something(record: Mapping[str, Any]) -> bool:
    """Whether the record has a field that asks."""
    return any(text_or_none(record, field) for field in QUESTIONS)


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The problem: question, words and solution; without a form, since nothing says how it would be judged."""
    question = _first(record, QUESTIONS) or ""
    solution = next((found for field in SOLUTIONS if (found := _solution(record.get(field)))), None)
    name = next((record[field] for field in NAMES if record.get(field) is not None), None)
    entry_point = text_or_none(record, "entry_point")
    continues = solution is not None and not _stands_alone(solution)
    language = _language(record, name, question + (solution or "") if continues else solution or question)
    words = text_or_none(record, "description") or text_or_none(record, "class_description")
    if words is None and entry_point:
        words = docstring(question, entry_point)
    return {
        "problem_id": None if name is None else str(name),
        "language": language,
        "prompt": question if continues else None,
        "question": question,
        "docstring": words or question,
        "canonical_solution": solution,
        "entry_point": entry_point,
    }


def by_fields(record: Mapping[str, Any], source: BenchmarkSource) -> dict[str, Any]:
    """The problem by the fields that `source` names. Raises `ValueError` where one of them is missing."""
    for name in (source.question, source.solution, source.prompt, source.entry_point, source.id):
        if name is not None and name not in record:
            raise ValueError(f"has no {name}, which the settings name; it has {', '.join(sorted(record))}")
    question = text(record, source.question or "")
    if not question.strip():
        raise ValueError(f"asks nothing in {source.question}")
    prompt = text_or_none(record, source.prompt) if source.prompt else None
    solution = _solution(record[source.solution]) if source.solution else None
    entry_point = text_or_none(record, source.entry_point) if source.entry_point else None
    number = record[source.id] if source.id else None
    language = source.language or _language(record, number, (prompt or "") + (solution or question))
    return {
        "problem_id": None if number is None else str(number),
        "language": language,
        "prompt": prompt,
        "question": question,
        "docstring": (docstring(question, entry_point) if entry_point else None) or question,
        "canonical_solution": solution,
        "entry_point": entry_point,
    }


def _first(record: Mapping[str, Any], fields: tuple[str, ...]) -> str | None:
    return next((found for field in fields if (found := text_or_none(record, field))), None)


def _solution(value: Any) -> str | None:
    """A text, or the first of several; some benchmarks keep the list as a text of JSON, which is looked for whole."""
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str)), None)
    return value if isinstance(value, str) and value.strip() else None


def _language(record: Mapping[str, Any], name: Any, code: str) -> str | None:
    """What the record says, or its name's first part (`CPP/0`), or Python where the code is that; else unknown."""
    said = _first(record, LANGUAGES) or str(name).partition("/")[0]
    return language_named(said) or ("python" if _stands_alone(code) else None)


def _stands_alone(code: str) -> bool:
    """Whether `code` is Python that defines something by itself."""
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for node in body)
