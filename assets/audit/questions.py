"""The audit questions: plain SQL over the Parquet files, asked with DuckDB.

Which questions there are is decided in `door.py`. A table is a view by its artifact's name, as everybody who reads
the files would name it; one that was never written is an empty view, so that a question can be asked early.
"""

import tempfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from assets.audit.context import empty_context
from assets.audit.door import Question, QuestionError
from assets.audit.door import questions as questions_behind_the_door
from assets.candidate_responses.table import TABLE as CANDIDATE_RESPONSES
from assets.corpus_dump.table import TABLE as FILES
from assets.filtered_seeds.table import TABLE as FILTERED_SEEDS
from assets.instructions.table import TABLE as INSTRUCTIONS
from assets.rows.ledger import FUNNEL_SCHEMA
from assets.rows.outcome import REJECTION_SCHEMA
from assets.rows.table import Column
from assets.sft_dataset.decontamination import HITS
from assets.sft_dataset.table import TABLE as SFT_DATASET
from assets.verified_responses.table import TABLE as VERIFIED_RESPONSES
from assets.verified_responses.table import VERDICT_COLUMNS
from resources.former_names import COLUMNS, QUESTIONS, warn_of_former_name
from resources.parquet_store import ParquetStore, TableAddress

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHARED = {"corpus_dump": FILES.schema, "raw_corpus": FILES.schema}
OF_RECIPE = {
    "filtered_seeds": FILTERED_SEEDS.schema,
    "instructions": INSTRUCTIONS.schema,
    "candidate_responses": CANDIDATE_RESPONSES.schema,
    "verified_responses": VERIFIED_RESPONSES.schema,
    "sft_dataset": SFT_DATASET.schema,
}
CONTAMINATION = "sft_dataset__contamination"
VERDICTS = "verified_responses__verdicts"


CLOSED = (
    "SET autoinstall_known_extensions = false; SET autoload_known_extensions = false; "
    "SET enable_external_access = false; SET lock_configuration = true"
)
"""After this, SQL reads and writes no file, loads no extension and changes no setting."""


class UnknownQuestionError(KeyError):
    """There is no such question; the message names those that there are."""

    def __str__(self) -> str:
        """The message without the quotes that KeyError puts around it."""
        return str(self.args[0])


def tables_read(question: Question) -> set[str]:
    """The artifacts that a question reads, itself or through the tables beside them."""
    read = {word.split("__")[0] for word in question.words}
    return {name for name in (*SHARED, *OF_RECIPE) if name in read}


def ask(
    name: str,
    store: ParquetStore,
    recipe: str,
    *,
    language: str | None = None,
    instead: Mapping[str, pl.DataFrame] | None = None,
    questions: Mapping[str, Question] | None = None,
    given: Mapping[str, str] | None = None,
    context: Mapping[str, pl.DataFrame] | None = None,
) -> pl.DataFrame:
    """The answer to question `name` of `questions` (None: those behind the door) over the tables of `recipe`.

    `language` leaves the rows of other languages out; `instead` gives tables that are not in the store yet, `given` the
    question's parameters, and `context` what it may read besides (`context.CONTEXT`; empty where it is left out).
    Raises `UnknownQuestionError`, and `QuestionError` for SQL that DuckDB refuses.
    """
    known = questions_behind_the_door() if questions is None else questions
    if name in QUESTIONS:
        warn_of_former_name(name, QUESTIONS[name], "audit question")
        name = QUESTIONS[name]
    if name not in known:
        raise UnknownQuestionError(f"no question {name!r}; there are {', '.join(known)}")
    unknown = sorted(set(given or {}) - set(known[name].parameters))
    if unknown:
        there = ", ".join(known[name].parameters) or "none"
        raise QuestionError(f"question {name} has no parameter {', '.join(unknown)}; it has {there}")
    import duckdb  # here, with pyarrow's datasets below: half a second that loading the definitions need not pay

    with (
        tempfile.TemporaryDirectory(prefix="seedline-question-") as spill,
        # SQL sees the tables that are registered here, and no variable of this program
        duckdb.connect(config={"temp_directory": spill, "python_enable_replacements": False}) as connection,
    ):
        for table, (key, schema) in tables(recipe).items():
            if instead is not None and table in instead:
                connection.register(table, instead[table].to_arrow())
                continue
            found = store.partitions(key)
            if language is not None:
                found = [one for one in found if one.partition == (("language", language),)]
            _register(connection, store, table, found, schema)
        for table, frame in {**dict(empty_context()), **(context or {})}.items():
            connection.register(table, frame.to_arrow())
        for parameter, value in (given or {}).items():
            quoted = value.replace("'", "''")
            connection.execute(f"SET VARIABLE \"{parameter}\" = '{quoted}'")
        connection.execute(CLOSED)
        try:
            answer = connection.sql(known[name].sql)
            if answer is None:
                raise QuestionError(f"{known[name].place}: its SQL asks nothing; write a SELECT")
            return answer.pl()
        except duckdb.Error as error:
            raise QuestionError(f"{known[name].place}: {error}") from error


def tables(recipe: str) -> dict[str, tuple[tuple[str, ...], pl.Schema]]:
    """View name to asset key and schema, for the shared tables and those of `recipe`."""
    placed = {name: ((name,), schema) for name, schema in SHARED.items()}
    placed |= {name: ((recipe, name), schema) for name, schema in OF_RECIPE.items()}
    beside: dict[str, tuple[tuple[str, ...], pl.Schema]] = {}
    for name, (key, _) in placed.items():
        for suffix, schema in (("rejected", REJECTION_SCHEMA), ("funnel", FUNNEL_SCHEMA)):
            beside[f"{name}__{suffix}"] = ((*key[:-1], f"{key[-1]}__{suffix}"), schema)
    judged = pl.Schema({"response_id": pl.String, **_schema(VERDICT_COLUMNS)})
    return (
        placed
        | beside
        | {CONTAMINATION: ((recipe, CONTAMINATION), HITS), VERDICTS: ((recipe, VERDICTS), judged)}
    )


def _schema(columns: Sequence[Column]) -> dict[str, pl.DataType]:
    return {column.name: column.dtype for column in columns}


def _register(
    connection: "DuckDBPyConnection",
    store: ParquetStore,
    table: str,
    addresses: Sequence[TableAddress],
    schema: pl.Schema,
) -> None:
    for address in addresses:
        store.check(address)
    if not addresses:
        connection.register(table, pl.DataFrame(schema=schema).to_arrow())
        return
    from pyarrow import dataset

    paths = [store.uri(address).removeprefix("s3://") for address in addresses]
    found = dataset.dataset(paths, filesystem=store.storage.fs, format="parquet")
    renamed = {former for former, present in COLUMNS.items() if present in schema}
    if renamed and any(renamed & set(part.physical_schema.names) for part in found.get_fragments()):
        # files of an earlier release, read as the stages read them
        connection.register(
            table, pl.concat(store.scan(address) for address in addresses).collect().to_arrow()
        )
        return
    connection.register(table, found)
