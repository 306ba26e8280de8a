"""Raw files judged: what is source text in one of our languages becomes a row, the rest a rejection.

Nothing here looks at licenses or at other dumps (`assets/raw_corpus` does). Limits after The Stack and
StarCoderData (Kocetkov et al. 2022; Li et al. 2023): at most 1 MB, lines of at most 1,000 characters and, in
files longer than that, of at most 100 on average; longer ones are minified
or data. Contents are kept byte for byte.
"""

import polars as pl

from assets.corpus_dump.settings import CorpusDumpSettings
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from resources.ids import content_id, sha256
from resources.languages.of_files import language
from resources.ready_rows import is_ready_row

STAGE = "corpus_dump"

WHITE_SPACE = " \t\n\r\v\f\ufeff"
"""A file of nothing else, byte order mark included, is empty."""

FILE_SCHEMA = pl.Schema(
    {
        "file_id": pl.String,
        "content": pl.String,
        "language": pl.String,
        "repo": pl.String,
        "path": pl.String,
        "commit": pl.String,
        "license": pl.String,
        "license_source": pl.String,
        "dump": pl.String,
        "size": pl.Int64,
        "sha256": pl.String,
    }
)
"""Columns of `corpus_dump`. `size` is in bytes, `sha256` is of the bytes, `license` an SPDX expression."""


def file_id() -> pl.Expr:
    """The id of a file: its repository, its path and its content, and neither commit nor dump.

    So an unchanged file in a newer commit or another dump is the same file, and costs nothing again; the
    newest dump that has it gives its commit. Needs the columns repo, path and sha256. A row without content
    (sha256 null) is told apart by `origin`, the place in the dump where it stands.
    """
    without_content = content_id(pl.lit("without content"), "repo", "path", "origin")
    return (
        pl.when(pl.col("sha256").is_null())
        .then(without_content)
        .otherwise(content_id("repo", "path", "sha256"))
    )


def check_files(raw: pl.DataFrame, dump: str, settings: CorpusDumpSettings) -> Outcome:
    """Split raw files into those that count as source text (`FILE_SCHEMA`) and rejections.

    `raw` has the columns of a corpus source's batch (`RAW_SCHEMA` of `resources/corpus_source/base.py`);
    `dump` names the dump. Row order is kept. An id may come twice where a dump holds a file twice: which
    row stays is for `raw_corpus` to decide.
    """
    rows = raw.with_columns(
        language=language(),
        stated=pl.col("language"),
        sha256=sha256(pl.col("content")),
        size=pl.coalesce(pl.col("content").bin.size().cast(pl.Int64), "size"),
        dump=pl.lit(dump),
    ).with_columns(file_id=file_id())
    bytes_judged = apply_rules(rows, _rules_on_bytes(settings), stage=STAGE, id_column="file_id")
    text = bytes_judged.kept.with_columns(content=_decoded(bytes_judged.kept["content"]))
    text_judged = apply_rules(text, _rules_on_text(settings), stage=STAGE, id_column="file_id")
    outcome = bytes_judged.then(text_judged)
    return Outcome(outcome.kept.select(FILE_SCHEMA.names()).cast(FILE_SCHEMA), outcome.rejected)


def _rules_on_bytes(settings: CorpusDumpSettings) -> list[Rule]:
    fault, size = pl.col("fault"), pl.col("size")
    where = pl.concat_str([pl.col("origin"), pl.col("detail")], separator=": ", ignore_nulls=True)
    named = pl.coalesce(
        pl.format("stated as {}", "stated"),
        pl.format("extension .{}", pl.col("path").str.extract(r"[^/]\.([^./]+)$")),
        pl.lit("no extension"),
    )
    return [
        Rule(Reason.UNREADABLE, fault == "unreadable", where),
        Rule(Reason.TOO_LARGE, fault == "too_large", where),
        Rule(Reason.MISSING_CONTENT, pl.col("content").is_null(), where),
        Rule(
            Reason.MISSING_PROVENANCE,
            (pl.col("repo").fill_null("") == "") | (pl.col("path").fill_null("") == ""),
            pl.format("no repository or path: {}", "origin"),
        ),
        Rule(Reason.UNKNOWN_LANGUAGE, ~_is_among(pl.col("language"), settings.languages), named),
        Rule(
            Reason.TOO_LARGE,
            size > settings.max_bytes,
            pl.format(f"{{}} bytes, more than {settings.max_bytes}", size),
        ),
        Rule(
            Reason.NOT_UTF8,
            pl.col("content").bin.contains(b"\x00"),
            pl.lit("holds NUL bytes: binary or UTF-16"),
        ),
    ]


def _rules_on_text(settings: CorpusDumpSettings) -> list[Rule]:
    content = pl.col("content")
    lengths = content.str.strip_chars_end("\r\n").str.split("\n").list.eval(pl.element().str.len_chars())
    longest, mean = lengths.list.max(), lengths.list.mean()
    by_name = pl.col("path").str.to_lowercase().str.contains(r"[.-]min\.[cm]?js$")
    return [
        Rule(Reason.NOT_UTF8, content.is_null(), pl.lit("bytes that are not UTF-8")),
        Rule(Reason.EMPTY, content.str.strip_chars(WHITE_SPACE) == ""),
        Rule(Reason.MINIFIED, by_name, pl.lit("by its name")),
        Rule(
            Reason.MINIFIED,
            ~is_ready_row() & (longest > settings.max_line_length),  # their instructions are prose
            pl.format(f"longest line {{}} characters, more than {settings.max_line_length}", longest),
        ),
        Rule(
            Reason.MINIFIED,
            # An average over a few lines says nothing: a docstring alone is long, not minified.
            ~is_ready_row()
            & (mean > settings.max_mean_line_length)
            & (content.str.len_chars() > settings.max_line_length),
            pl.format(
                f"{{}} characters a line on average, more than {settings.max_mean_line_length}", mean.round(1)
            ),
        ),
    ]


def _is_among(column: pl.Expr, values: tuple[str, ...]) -> pl.Expr:
    return column.is_in(list(values)).fill_null(False)


def _decoded(content: pl.Series) -> pl.Series:
    """The strings of a binary column; null where the bytes are not UTF-8."""
    try:
        return content.cast(pl.String)
    except pl.exceptions.ComputeError:
        # Polars casts all or nothing: only a batch with a bad row pays for the look at each.
        return pl.Series(content.name, [_utf8(value) for value in content], dtype=pl.String)


def _utf8(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None
