"""Rules on the shape of a documented function: value returned, arguments, docstring, size, sound text.

From StarCoder2-Instruct, whose rules are for Python; the signals come from extraction in every language, and a
row that has no signal (a snippet has no arguments) is not judged by it. Words and imports are in `banned`.
"""

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from assets.rows.outcome import Rule
from assets.rows.reasons import Reason

BARE_DEFINITION = r"(?m)^(def [^\n]*\(\):)"
TRIPLE_DOUBLE_QUOTED = ("triple_double_quoted", "raw_triple_double_quoted")


class FunctionFormSettings(BaseModel):
    """Form of the functions that become seeds; the defaults are StarCoder2-Instruct's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    returns_value: bool = Field(default=True, description="some return gives a value")
    has_arguments: bool = Field(
        default=True,
        description="at least one argument; a method's receiver counts as one, and Bash, which declares none, "
        "is not judged",
    )
    bare_definitions: bool = Field(
        default=True,
        description="a line of the code may begin with `def` and hold `():`; false drops such functions, and spares "
        "functions inside them and `def name() -> int:` (StarCoder2-Instruct's own form of the rule on arguments)",
    )
    triple_double_quoted: bool = Field(
        default=True, description='Python: the docstring is a """string"""; other languages are not judged'
    )
    raw_docstrings: bool = Field(default=True, description='Python: r"""string""" counts as such a one')
    max_lines: int | None = Field(default=150, ge=1, description="most lines; null: any")
    lines_with_imports: bool = Field(
        default=False,
        description="max_lines counts import lines that make the function stand alone too, and two empty ones below",
    )
    min_lines: int | None = Field(default=None, ge=1, description="fewest lines; null: any")
    sound: bool = Field(
        default=True, description="the text parses on its own (the extraction found no error in it)"
    )


def function_form_rules(settings: FunctionFormSettings) -> list[Rule]:
    """Rules over seeds with `language, has_error, has_return_value, n_arguments, is_method, docstring_form,
    n_lines, seed`, and `imports` where lines are counted with them; a null judges nothing."""
    rules: list[Rule] = []
    if settings.sound:
        rules.append(Rule(Reason.PARSE_ERROR, pl.col("has_error")))
    if settings.max_lines is not None:
        lines = _with_imports() if settings.lines_with_imports else pl.col("n_lines")
        rules.append(Rule(Reason.TOO_LONG, lines > settings.max_lines, pl.format("{} lines", lines)))
    if settings.min_lines is not None:
        rules.append(Rule(Reason.TOO_SHORT, pl.col("n_lines") < settings.min_lines, _lines()))
    if settings.returns_value:
        rules.append(Rule(Reason.NO_RETURN_VALUE, ~pl.col("has_return_value")))
    if settings.has_arguments:
        # Python writes the receiver as an argument; elsewhere a method has one unseen
        unseen_receiver = pl.col("is_method").fill_null(False) & (pl.col("language") != "python")
        judged = (pl.col("language") != "bash") & ~unseen_receiver
        rules.append(Rule(Reason.NO_ARGUMENTS, judged & (pl.col("n_arguments") == 0)))
    if not settings.bare_definitions:
        found = pl.col("seed").str.extract(BARE_DEFINITION)
        rules.append(Rule(Reason.NO_ARGUMENTS, found.is_not_null(), found))
    if settings.triple_double_quoted:
        forms = TRIPLE_DOUBLE_QUOTED if settings.raw_docstrings else TRIPLE_DOUBLE_QUOTED[:1]
        other_form = (pl.col("language") == "python") & ~pl.col("docstring_form").is_in(forms)
        rules.append(Rule(Reason.DOCSTRING_FORM, other_form, pl.col("docstring_form")))
    return rules


def _lines() -> pl.Expr:
    return pl.format("{} lines", pl.col("n_lines"))


def _with_imports() -> pl.Expr:
    imports = pl.col("imports").list.len().fill_null(0).cast(pl.Int64)
    return pl.col("n_lines") + pl.when(imports > 0).then(imports + 2).otherwise(0)
