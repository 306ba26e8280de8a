"""The project's own audit questions as the door shows them; the SQL is in the package `sql`."""

from importlib.resources import files

from assets.audit.door import Question

FOLDER = files("sql")

CONTAMINATION = Question.of_file(FOLDER / "contamination.sql")
LICENSE_MIX = Question.of_file(FOLDER / "license_mix.sql")
LINEAGE_COMPLETENESS = Question.of_file(FOLDER / "lineage_completeness.sql")
YIELD_FUNNEL = Question.of_file(FOLDER / "yield_funnel.sql")
