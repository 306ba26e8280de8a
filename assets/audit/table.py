"""The table `audit`: the questions that were asked; each answer is a table beside it."""

from assets.rows.table import Table, integer, text

TABLE = Table(
    key="question",
    columns=(
        text("question", "name of the question; its answer is the table audit__<question>"),
        text("asks", "what it asks"),
        integer("rows", "rows of its answer"),
    ),
)
