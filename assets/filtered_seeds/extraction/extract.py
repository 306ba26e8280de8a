"""Seeds of files, by the kind that the settings ask for; each file gives a seed or a rejection.

Decisions. A seed is where it stands and what it is: its id is the content id of file_id, kind, start_line and
end_line (a file's id is content-addressed itself). Of a file with parse errors every function is kept that can
be read, in the file or alone; one that cannot is a row with `has_error`, which the filters reject as a parse
error, as is the file where no function came of it. A file without anything that could be documentation is not
parsed at all: no seed, errors unseen.
"""

import polars as pl
import pyarrow as pa

from assets.filtered_seeds.extraction.choice import chosen
from assets.filtered_seeds.extraction.documented import documented_functions
from assets.filtered_seeds.extraction.functions import Function
from assets.filtered_seeds.extraction.lines import with_plain_lines
from assets.filtered_seeds.extraction.pairs import as_comment_pairs
from assets.filtered_seeds.extraction.settings import SEED_SCHEMA, STAGE, ExtractionSettings
from assets.filtered_seeds.extraction.snippets import snippets, whole_files
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.source_code.languages import LANGUAGES, rules_of
from assets.source_code.parsing import ParseTimeout
from resources.ids import content_id

_COLUMNS = ("file_id", "content", "language")


def extract(files: pl.DataFrame, settings: ExtractionSettings) -> Outcome:
    """Seeds (`SEED_SCHEMA`) of `files` (`file_id`, `content`, `language`; others are ignored).

    Seeds are in the order of the files and of their lines. Rejected, by `file_id`: missing_content, empty,
    unknown_language (kinds that parse), parse_timeout, parse_error, no_seed. Raises `ValueError` for a column
    that is missing and for ids that stand twice.
    """
    check_files(files)
    readable = apply_rules(
        files.select(pl.col(_COLUMNS).cast(pl.String)).with_columns(with_plain_lines(pl.col("content"))),
        [
            Rule(Reason.MISSING_CONTENT, pl.col("content").is_null()),
            Rule(Reason.EMPTY, pl.col("content").str.strip_chars() == ""),
        ],
        stage=STAGE,
        id_column="file_id",
    )
    match settings.kind:
        case "snippet":
            later = snippets(readable.kept, settings)
        case "file" | "ready_row":
            later = whole_files(readable.kept, settings.kind)
        case _:
            later = _functions(readable.kept, settings)
    seeds = later.kept.with_columns(
        content_id("file_id", "kind", "start_line", "end_line").alias("seed_id"),
        (pl.col("seed").str.count_matches("\n", literal=True) + 1).cast(pl.Int64).alias("n_lines"),
    )
    return readable.then(Outcome(_with_schema(seeds), later.rejected))


def check_files(files: pl.DataFrame) -> None:
    """Raise `ValueError` where a column of `extract` is missing, or a file id is missing or stands twice."""
    missing = [column for column in _COLUMNS if column not in files.columns]
    if missing:
        raise ValueError(
            f"the files have no column {', '.join(missing)}; they have {', '.join(files.columns)}"
        )
    if files["file_id"].null_count():
        raise ValueError(f"{files['file_id'].null_count()} of the files have no file_id")
    twice = files.filter(pl.col("file_id").is_duplicated())["file_id"].unique(maintain_order=True)
    if twice.len():
        raise ValueError(
            f"{twice.len()} file ids stand more than once: {', '.join(twice.head(5).cast(pl.String))}"
            + (", ..." if twice.len() > 5 else "")
            + "; remove the duplicates first (unique over file_id)"
        )


def _functions(files: pl.DataFrame, settings: ExtractionSettings) -> Outcome:
    known = apply_rules(
        files,
        [
            Rule(
                Reason.UNKNOWN_LANGUAGE,
                ~pl.col("language").is_in(LANGUAGES).fill_null(False),
                pl.col("language"),
            )
        ],
        stage=STAGE,
        id_column="file_id",
    )
    file_ids: list[str] = []
    languages: list[str] = []
    found: list[Function] = []
    rejected: list[tuple[str, Reason, str | None]] = []
    # a file at a time: parsing is a call into the grammar, and its tree is gone before the next
    for file_id, content, language in known.kept.iter_rows():
        try:
            functions, has_error = documented_functions(
                content.encode(), rules_of(language), settings.parse_timeout_s
            )
        except ParseTimeout:
            rejected.append((file_id, Reason.PARSE_TIMEOUT, f"more than {settings.parse_timeout_s:g} s"))
            continue
        functions = chosen(functions, settings, language)
        if settings.kind == "comment_pair":
            functions = as_comment_pairs(functions, settings)
        if any(function.docstring is not None for function in functions):
            file_ids += [file_id] * len(functions)
            languages += [language] * len(functions)
            found += functions
        else:
            reason = Reason.PARSE_ERROR if has_error else Reason.NO_SEED
            unread = f", {len(functions)} could not be read" if functions else ""
            rejected.append((file_id, reason, f"no {settings.kind} found{unread}" if has_error else None))
    return known.then(
        Outcome(
            _as_frame(file_ids, languages, found, settings.kind),
            pl.DataFrame(
                [(file_id, STAGE, reason.value, detail, file_id) for file_id, reason, detail in rejected],
                schema=dict.fromkeys(("id", "stage", "reason", "detail", "file_id"), pl.String),
                orient="row",
            ),
        )
    )


def _as_frame(
    file_ids: list[str], languages: list[str], functions: list[Function], kind: str
) -> pl.DataFrame:
    def column(name: str) -> pl.Series:
        return pl.Series(name, [getattr(function, name) for function in functions], SEED_SCHEMA.get(name))

    def lines(rows: list[int]) -> pl.Series:
        return pl.Series(rows, dtype=pl.Int64) + 1

    return pl.DataFrame(
        {
            "file_id": pl.Series(file_ids, dtype=pl.String),
            "language": pl.Series(languages, dtype=pl.String),
            "seed": pl.Series([function.text for function in functions], dtype=pl.String),
            "kind": pl.Series([kind] * len(functions), dtype=pl.String),
            "start_line": lines([function.first_row for function in functions]),
            "end_line": lines([function.last_row for function in functions]),
            "doc_start_line": lines([function.documentation.first_row for function in functions]),
            # through Arrow: Polars makes a series of every list
            "imports": pl.Series(
                pa.array([function.imports for function in functions], pa.large_list(pa.large_string()))
            ),
            "doc_end_line": lines([function.documentation.last_row for function in functions]),
        }
        | {
            name: column(name)
            for name in (
                "docstring",
                "docstring_form",
                "name",
                "has_return_value",
                "n_arguments",
                "is_nested",
                "is_method",
                "has_error",
                "shares_lines",
            )
        }
    )


def _with_schema(seeds: pl.DataFrame) -> pl.DataFrame:
    return seeds.select(
        (pl.col(name) if name in seeds.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in SEED_SCHEMA.items()
    )
