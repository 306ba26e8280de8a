"""The import lines that make a Python function stand alone (StarCoder2-Instruct: "missing imports inferred").

The published pipeline guesses with autoimport; here the function's own file is asked first, since it says
what a name means: its imports, then its definitions, then the table of well-known names. A name that the
file defines itself is never guessed at: it stays unresolved, and the type check rejects the function. Short
literal constants can be carried along by a setting. Relative imports cannot: they mean nothing outside their
package. A loop over functions is needed because each is compiled on its own; it costs some 0.2 ms a
function, and a file is parsed once for all of its functions.
"""

import re
import sys
from collections.abc import Iterable

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from assets.filtered_seeds.import_inference.free_names import free_names
from assets.filtered_seeds.import_inference.module_scope import ModuleScope, module_scope
from assets.filtered_seeds.import_inference.well_known import WELL_KNOWN

_ANNOTATED = re.compile(r"->|[(,]\s*\*{0,2}\w+\s*:")


class ImportSettings(BaseModel):
    """Inference of missing imports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    well_known: bool = Field(
        default=True, description="guess names that the file does not bind from the table"
    )
    carry_constants: bool = Field(
        default=False,
        description="carry the file's short literal constants too (the published pipeline does not)",
    )


def infer_imports(seeds: pl.DataFrame, files: pl.DataFrame, settings: ImportSettings) -> pl.DataFrame:
    """`seeds` with `imports` replaced by the lines each needs, and `unresolved` (both List(String)).

    `seeds` has `file_id` and `seed` (Python source of one function), `files` has `file_id` and `content`; a
    seed whose file is not there, or null, is resolved by the table alone. `unresolved` are the names still
    unbound, sorted; null where the seed is not valid syntax for the running Python. Other columns and the
    order of the rows stay.
    """
    contents = dict(
        files.join(seeds.select("file_id").unique(), on="file_id", how="semi")
        .select("file_id", "content")
        .iter_rows()
    )
    imports: list[list[str]] = [[]] * seeds.height
    unresolved: list[list[str] | None] = [None] * seeds.height
    current: tuple[str | None, ModuleScope] = (None, ModuleScope())
    # file by file, so that one parsed file is held at a time
    order = seeds["file_id"].arg_sort()
    sources, file_ids = seeds["seed"], seeds["file_id"]
    for row in order:
        source, file_id = sources[row], file_ids[row]
        names = None if source is None else free_names(source)
        if source is None or names is None:
            continue
        if current[0] != file_id and (names or _ANNOTATED.search(source)):
            current = (file_id, module_scope((contents.get(file_id) or "").encode()))
        scope = current[1] if current[0] == file_id else ModuleScope()
        imports[row], unresolved[row] = resolve(source, names, scope, settings)
    return seeds.with_columns(
        pl.Series("imports", imports, pl.List(pl.String)),
        pl.Series("unresolved", unresolved, pl.List(pl.String)),
    )


def resolve(
    source: str, names: Iterable[str], scope: ModuleScope, settings: ImportSettings
) -> tuple[list[str], list[str]]:
    """The lines that bind `names` (free in `source`), in writing order, and the names left over, sorted."""
    lines: set[str] = set()
    constants: list[str] = []
    unknown: list[str] = []
    unresolved: list[str] = []
    for name in names:
        if name in scope.imports:
            lines.update(_best_imports(name, scope.imports[name], source))
        elif settings.carry_constants and name in scope.constants:
            constants.append(scope.constants[name])
        elif name in scope.definitions or name in scope.relative:
            unresolved.append(name)
        elif settings.well_known and name in WELL_KNOWN:
            lines.add(WELL_KNOWN[name])
        else:
            unknown.append(name)
    if unknown and scope.stars:
        lines.update(scope.stars)  # one of them may bind the name: the type check will tell
    else:
        unresolved += unknown
    if scope.postponed_annotations and _ANNOTATED.search(source):
        lines.add("from __future__ import annotations")
    return sorted(lines, key=_writing_order) + sorted(constants), sorted(unresolved)


def standalone_source(seed: str = "seed", imports: str = "imports") -> pl.Expr:
    """Expression giving a seed with its import lines above it, two empty lines between: a file of its own."""
    lines = pl.col(imports).list.join("\n")
    return (
        pl.when(pl.col(imports).list.len().fill_null(0) > 0)
        .then(pl.concat_str(lines, pl.lit("\n\n\n"), pl.col(seed)))
        .otherwise(pl.col(seed))
    )


def _best_imports(name: str, lines: list[str], source: str) -> list[str]:
    """Which of the file's import lines for `name` the function needs."""
    if len(lines) == 1:
        return lines
    submodules = [line for line in lines if line.startswith(f"import {name}.") and line[7:] in source]
    if submodules:  # `import xml.dom` and `import xml.etree` both bind `xml`
        return submodules
    standard = [line for line in lines if line.split()[1].partition(".")[0] in sys.stdlib_module_names]
    return [(standard or lines)[0]]  # alternatives of a try: what every Python has, else the first choice


def _writing_order(line: str) -> tuple[bool, bool, str]:
    return (not line.startswith("from __future__"), line.startswith("from "), line)
