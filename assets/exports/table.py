"""The tables of exports in the store: what was handed on, when and where, and which rows were in it."""

from assets.rows.table import Table, integer, text

KEY = ("exports",)
"""Key of the table; its partitions are exports."""

TABLE = Table(
    key="export_id",
    columns=(
        text("export_id", "id of the export: its files' digests, its place and its time"),
        text("recipe", "a recipe whose rows are in it; one line a recipe"),
        text("dataset_version", "digests of the recipe's sft_dataset tables, by language, as JSON"),
        integer("rows", "rows of this recipe in the export, both splits"),
        text("format", "form of the rows"),
        text("place", "folder that was written, as it was named"),
        text("pushed_to", "data set repository that it was pushed to; null: none"),
        text("made_at", "when, UTC"),
        text("content_digest", "SHA-256 over the digests of all files"),
        text("settings", "settings of the export as JSON"),
        text("seedline", "version of Seedline"),
        text("statement", "the same as an in-toto Statement, JSON"),
    ),
)

ROWS = Table(
    key="sft_id",
    columns=(
        text("export_id", "the export"),
        text("sft_id", "id of the row, in the export and in its recipe", "sft_dataset.sft_id"),
        text("recipe", "recipe of the row"),
        text("split", "train or test"),
        text("file_id", "the file of the seed", "sft_dataset.file_id"),
        text("repo", "repository of the seed", "sft_dataset.repo"),
        text("path", "path of the file in it", "sft_dataset.path"),
        text("license", "SPDX expression of the file's license", "sft_dataset.license"),
        text("language", "programming language of the seed", "sft_dataset.language"),
    ),
)
