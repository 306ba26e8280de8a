"""The published forms of benchmark files, one a module: which fields tell it, and a record as a problem.

Each module has `FIELDS`, by which its records are known, and `problem`, which gives what it can of
`PROBLEM_SCHEMA`. A record that has the fields and makes no sense raises `ValueError`, whose message ends up behind
the file and the row.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from assets.benchmarks.forms import (
    any_form,
    apps,
    bigcodebench,
    ds1000,
    evalplus,
    humaneval,
    humaneval_x,
    humanevalpack,
    livecodebench,
    mbpp,
    multipl_e,
    questions,
)
from assets.benchmarks.problem import PROBLEM_SCHEMA
from resources.doors import Door

Record = Mapping[str, Any]


class FileForm(NamedTuple):
    """A published form: its name for messages, the fields that tell it, and the reader of one record."""

    name: str
    fields: tuple[str, ...]
    problem: Callable[[Record], dict[str, Any]]

    def read(self, record: Record) -> dict[str, Any]:
        """The problem of a record that is said to be of this form. Raises `ValueError`."""
        if missing := [field for field in self.fields if field not in record]:
            raise ValueError(
                f"has no {', '.join(missing)}, which {self.name}'s form needs; it has {', '.join(record)}"
            )
        problem = self.problem(record)
        if unknown := sorted(problem.keys() - PROBLEM_SCHEMA.keys()):
            raise ValueError(
                f"became a problem with {', '.join(unknown)} by {self.name}'s form; "
                f"there are {', '.join(PROBLEM_SCHEMA)}"
            )
        return problem


OWN = (
    FileForm("HumanEvalPack", humanevalpack.FIELDS, humanevalpack.problem),
    FileForm("EvalPlus's release", evalplus.FIELDS, evalplus.problem),
    FileForm("HumanEval", humaneval.FIELDS, humaneval.problem),
    FileForm("HumanEval-X", humaneval_x.FIELDS, humaneval_x.problem),
    FileForm("BigCodeBench", bigcodebench.FIELDS, bigcodebench.problem),
    FileForm("MBPP", mbpp.FIELDS, mbpp.problem),
    FileForm("MultiPL-E", multipl_e.FIELDS, multipl_e.problem),
    FileForm("LiveCodeBench", livecodebench.FIELDS, livecodebench.problem),
    FileForm("DS-1000", ds1000.FIELDS, ds1000.problem),
    FileForm("APPS", apps.FIELDS, apps.problem),
    FileForm("question and answer", questions.FIELDS, questions.problem),
)
"""The project's own, looked through in this order: HumanEvalPack's records have HumanEval's fields too."""

ANY = FileForm("any benchmark's", (), any_form.problem)
"""For records of no form above: a question, a solution if there is one, and nothing to run."""

BENCHMARK_FORMS = Door("benchmark_forms", FileForm, {})
"""Forms of other packages; they are looked through first, so that they can tell a form more closely."""


@cache  # asked for every record, and looking for installed packages takes milliseconds
def forms() -> tuple[FileForm, ...]:
    """Every form, in the order in which they are looked through."""
    return (*(BENCHMARK_FORMS.open(name) for name in BENCHMARK_FORMS.names()), *OWN)


def form_of(record: Record, *, any_other: bool = True) -> FileForm:
    """The form that `record` has all fields of; `ValueError` with the nearest form's missing ones if there is none.

    With `any_other`, a record of none of them that asks something is known all the same, so that data can be kept clean
    of it.
    """
    known_forms = forms()
    for form in known_forms:
        if all(field in record for field in form.fields):
            return form
    if any_other and any_form.asks_something(record):
        return ANY
    nearest = max(
        known_forms, key=lambda form: sum(field in record for field in form.fields) / len(form.fields)
    )
    missing = ", ".join(field for field in nearest.fields if field not in record)
    known = "; ".join(f"{form.name} ({', '.join(form.fields)})" for form in known_forms)
    raise ValueError(f"has no {missing}, which {nearest.name}'s form needs; the forms are {known}")
