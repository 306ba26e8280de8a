"""The engine without a model: it writes concepts, a task and a tested answer from the seed's own words, by rule.

It answers from a request's `facts` in exactly the form that the prompts ask for, so that the same parsers and
stages run on any machine. Its rows are a baseline and no training data of worth: Magicoder's ablation found that
comment-function pairs make a model worse. The rules are in `docstring_rules/`; none of them runs any code.
"""

import ast
import json
from collections.abc import Iterator

import polars as pl

from resources.engines.base import COMPLETION_SCHEMA, Engine, Sampling, refuse_json_schema
from resources.engines.docstring_rules import doctests, examples, guards, task, types
from resources.engines.docstring_rules.concepts import concepts, parsed
from resources.engines.docstring_rules.doctests import unknown_names
from resources.engines.docstring_rules.function import Function, bound_names, function_of

VERSION = "1"
"""Changes whenever a rule does: it is the revision in every row's generation record and cache key."""

BATCH_ROWS = 256


class OfflineEngine(Engine):
    """Answers the tasks concepts, instruction and response; the same answer whatever sampling and seed."""

    @property
    def name(self) -> str:
        """offline."""
        return "offline"

    def identity(self) -> dict[str, str]:
        """Backend, and the version of the rules as model revision."""
        return {"backend": "offline", "model": "docstring rules", "revision": VERSION}

    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        """Answer each row from its `facts`; a seed without usable words gets an empty completion.

        A task that no rule is written for comes back with finish_reason `error`. No tokens are counted: none
        are computed.
        """
        refuse_json_schema(self, sampling)
        for batch in requests.iter_slices(BATCH_ROWS):
            answers = [
                _answer(task_name, facts) for task_name, facts in batch.select("task", "facts").iter_rows()
            ]
            yield pl.DataFrame(
                {
                    "key": batch["key"],
                    "text": [text for text, _ in answers],
                    "finish_reason": ["stop" if fault is None else "error" for _, fault in answers],
                    "prompt_tokens": [0] * batch.height,
                    "completion_tokens": [0] * batch.height,
                    "detail": [fault for _, fault in answers],
                },
                schema=COMPLETION_SCHEMA,
            )


def _answer(task_name: str, facts: str | None) -> tuple[str, str | None]:
    if facts is None:
        return "", "the offline engine needs the facts of a request"
    known = json.loads(facts)
    writers = {"concepts": _concepts, "instruction": _instruction, "response": _response}
    if task_name not in writers:
        return "", f"the offline engine has no rule for task {task_name!r}; choose an engine with a model"
    return writers[task_name](known), None


def _concepts(facts: dict) -> str:
    return ", ".join(concepts(facts["seed"], facts["language"]))


def _instruction(facts: dict) -> str:
    function = _function(facts)
    return (task.instruction(function, facts["language"]) or "") if function else ""


def _response(facts: dict) -> str:
    """Four sections; the tests section is left out where the text states nothing that could be asserted."""
    function = _function(facts)
    if function is None:
        return ""
    statements, sources = tests_of(function)
    headings = facts["headings"]
    sections = [
        (headings["reasoning"], task.reasoning(function, facts.get("concepts") or [])),
        (headings["implementation"], _block(function.program)),
        (headings["explanation"], task.explanation(function, sources or ["nothing"])),
    ]
    if statements:
        sections.append((headings["tests"], _block("\n".join(statements))))
    return "\n\n".join(f"{heading}\n{body}" for heading, body in sections)


def tests_of(function: Function) -> tuple[list[str], list[str]]:
    """Test statements for `function` from its text, and in words what they check; both empty when none."""
    if function.needs_its_object:
        return [], []
    stated = doctests.assertions(function)
    in_prose = [assertion for assertion in examples.assertions(function) if assertion not in stated]
    sources = ["the examples of the documentation"] if stated or in_prose else []
    stated += in_prose
    if not stated:
        stated = guards.assertions(function)
        sources = ["the plain cases that the code itself states"] if stated else []
    if not stated:
        stated = types.assertions(function)
        sources = ["only the type of the result"] if stated else []
    return [*_shared_lines(function, stated), *stated], sources


def _shared_lines(function: Function, statements: list[str]) -> list[str]:
    """The program's import lines and constants that the tests need too: they may run in a process of their own."""
    tree = parsed("\n".join(statements))
    if tree is None:
        return []
    wanted = unknown_names(tree, {function.name})
    return [
        ast.unparse(statement)
        for statement in function.before
        if isinstance(statement, ast.Import | ast.ImportFrom | ast.Assign)
        and bound_names([statement]) & wanted
    ]


def _function(facts: dict) -> Function | None:
    if facts["language"] != "python":
        return None
    imports = facts.get("imports")
    lines = imports.splitlines() if isinstance(imports, str) else imports
    return function_of(facts["seed"], facts.get("docstring"), lines)


def _block(code: str) -> str:
    longest = 2
    run = 0
    for character in code:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    fence = "`" * (longest + 1)
    return f"{fence}python\n{code}\n{fence}"
