"""The table `corpus_dump`: the source files of one dump, as they came."""

from assets.rows.table import Table, integer, text

LICENSE_SOURCE = (
    "where the license is declared: `header`, a file's path, `metadata`, `column` or `setting`, and behind a colon the "
    "statement in quotes, or which license's text it is; null: nowhere"
)

TABLE = Table(
    key="file_id",
    columns=(
        text("file_id", "id of the file: repository, path and content"),
        text("content", "the file's text"),
        text("language", "programming language"),
        text("repo", "repository or package"),
        text("path", "path in the repository"),
        text("commit", "commit or version; null: unknown"),
        text("license", "SPDX expression; null: unknown"),
        text("license_source", LICENSE_SOURCE),
        text("dump", "the dump it came with"),
        integer("size", "bytes"),
        text("sha256", "SHA-256 of the content"),
    ),
)
"""Columns of `corpus_dump` and of `raw_corpus`."""
