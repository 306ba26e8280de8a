"""The project's own audit questions as the door shows them; the SQL is in the package `sql`."""

from importlib.resources import files

from assets.audit.door import Question

FOLDER = files("sql")

CACHE_WITHOUT_OWNER = Question.of_file(FOLDER / "cache_without_owner.sql")
CHECKPOINTS = Question.of_file(FOLDER / "checkpoints.sql")
CONTAMINATION = Question.of_file(FOLDER / "contamination.sql")
COST_PER_ROW = Question.of_file(FOLDER / "cost_per_row.sql")
DUMPS = Question.of_file(FOLDER / "dumps.sql")
DUPLICATE_FAMILIES = Question.of_file(FOLDER / "duplicate_families.sql")
LARGEST_REPOSITORIES = Question.of_file(FOLDER / "largest_repositories.sql")
LICENSE_BY_STAGE = Question.of_file(FOLDER / "license_by_stage.sql")
LICENSE_MIX = Question.of_file(FOLDER / "license_mix.sql")
LINEAGE_COMPLETENESS = Question.of_file(FOLDER / "lineage_completeness.sql")
MODELS_AND_TERMS = Question.of_file(FOLDER / "models_and_terms.sql")
REJECTED_BY_DUMP = Question.of_file(FOLDER / "rejected_by_dump.sql")
ROWS_OF_REPOSITORY = Question.of_file(FOLDER / "rows_of_repository.sql")
STALENESS = Question.of_file(FOLDER / "staleness.sql")
TAKE_DOWN_IMPACT = Question.of_file(FOLDER / "take_down_impact.sql")
VERDICTS = Question.of_file(FOLDER / "verdicts.sql")
YIELD_FUNNEL = Question.of_file(FOLDER / "yield_funnel.sql")
