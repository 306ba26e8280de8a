"""The table `corpus_dump`: the source files of one dump, as they came."""

from assets.rows.table import Table, integer, text

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
        text("dump", "the dump it came with"),
        integer("size", "bytes"),
        text("sha256", "SHA-256 of the content"),
    ),
)
"""Columns of `corpus_dump` and of `raw_corpus`."""
