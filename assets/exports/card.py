"""`README.md` of an export: the YAML that Hugging Face reads, and for people what the rows are and how they came to be.

Everything in it is counted from the rows and from the tables that they came from. It carries no time and no path.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import polars as pl
import yaml
from jinja2 import Environment, StrictUndefined

from assets.exports.facts import RecipeFacts
from assets.exports.notice import UNKNOWN
from assets.exports.settings import ExportSettings
from assets.exports.split import TEST, TRAIN
from resources.model_folder import public_name

FILE = "README.md"

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_HUB_LICENSES = frozenset(
    (
        *(
            "apache-2.0",
            "mit",
            "bsd-2-clause",
            "bsd-3-clause",
            "bsd-3-clause-clear",
            "isc",
            "unlicense",
            "zlib",
        ),
        *("bsl-1.0", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "gpl-2.0", "gpl-3.0", "lgpl-2.1", "lgpl-3.0"),
        *("agpl-3.0", "mpl-2.0", "epl-1.0", "epl-2.0", "ncsa", "postgresql", "wtfpl", "ms-pl"),
    )
)
"""Licenses that the hub knows by their SPDX identifier in small letters."""


@dataclass(frozen=True)
class Contents:
    """What a card is written from."""

    title: str
    rows: pl.DataFrame
    """Chosen rows (`choice.CHOSEN`)."""
    settings: ExportSettings
    recipes: Sequence[RecipeFacts]
    funnel: pl.DataFrame
    """`step, rows_in, kept, rejected, reasons` of the export."""
    columns: Mapping[str, str]
    """Column to meaning."""
    configs: Mapping[str, Mapping[str, Sequence[str]]]
    """Configuration to split to paths of its files; the first configuration is the default."""
    terms: Mapping[str, str]
    """Model to the terms under which its answers may be used; what is missing is unknown."""
    seedline: str
    """Version of Seedline."""
    papers: Sequence[str] = ()
    """Files of papers beside the card."""


def card(contents: Contents) -> str:
    """The text of `README.md`."""
    return f"---\n{front_matter(contents)}---\n\n{_body(contents)}"


def front_matter(contents: Contents) -> str:
    """The YAML head."""
    rows = contents.rows
    names = sorted(rows["license"].fill_null(UNKNOWN).unique())
    head: dict[str, object] = {"pretty_name": contents.title, **_license(names)}
    head["language"] = ["code"]
    head["task_categories"] = ["text-generation"]
    head["size_categories"] = [next((name for most, name in _SIZES if rows.height < most), "n>10M")]
    head["annotations_creators"] = ["machine-generated"]
    languages = sorted(rows["language"].drop_nulls().unique())
    head["tags"] = ["code", "synthetic", "seedline", *languages]
    head["configs"] = [
        {
            "config_name": name,
            **({"default": True} if number == 0 and len(contents.configs) > 1 else {}),
            "data_files": [{"split": split, "path": list(paths)} for split, paths in splits.items()],
        }
        for number, (name, splits) in enumerate(contents.configs.items())
    ]
    head["seedline"] = {
        "version": contents.seedline,
        "format": contents.settings.format,
        "rows": rows.height,
        "splits": {name: count for name in (TRAIN, TEST) if (count := _count(rows, name))},
        "languages": _counts(rows, "language"),
        "licenses": _counts(rows, "license"),
        "recipes": {one.name: {"sft_dataset": dict(one.version)} for one in contents.recipes},
    }
    return yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=1000)


def reasons_left(funnel: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """`step, rows_in, kept, rejected, reasons`: the steps of an export with what was rejected for which reason."""
    counted = (
        rejected.group_by("stage", "reason")
        .len()
        .sort("stage", "len", "reason", descending=[False, True, False])
        .group_by("stage", maintain_order=True)
        .agg(pl.format("{} {}", "len", "reason").alias("reasons"))
        .with_columns(pl.col("reasons").list.join(", "))
    )
    joined = funnel.join(counted, left_on="step", right_on="stage", how="left", maintain_order="left")
    return joined.select("step", "rows_in", "kept", "rejected", pl.col("reasons").fill_null(""))


def _license(names: Sequence[str]) -> dict[str, object]:
    if len(names) == 1 and names[0].lower() in _HUB_LICENSES:
        return {"license": names[0].lower()}
    return {"license": "other", "license_name": "by-row", "license_link": "NOTICE"}


def _count(rows: pl.DataFrame, split: str) -> int:
    return rows.filter(split=split).height


def _counts(rows: pl.DataFrame, column: str) -> dict[str, int]:
    counted = (
        rows.group_by(pl.col(column).fill_null(UNKNOWN)).len().sort("len", column, descending=[True, False])
    )
    return dict(counted.iter_rows())


def _body(contents: Contents) -> str:
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"number": lambda value: f"{value:,}", "cell": cell}
    text = files("assets.exports").joinpath("templates", "card.md.jinja").read_text(encoding="utf-8")
    rows, recipes = contents.rows, contents.recipes
    models = pl.concat([one.models for one in recipes])
    tokens = rows["tokens"].drop_nulls()
    return environment.from_string(text).render(
        contents=contents,
        settings=contents.settings,
        rows=rows.height,
        by_rule=rows.filter(pl.col("engine").is_null() | (pl.col("engine") == "offline")).height,
        splits=_table(rows, ["split", "recipe", "language"]),
        tasks=_table(rows, ["task"]),
        categories=_table(rows.filter(pl.col("category").is_not_null()), ["category"]),
        licenses=_table(rows, ["license"], pl.col("repo").n_unique().alias("repositories")),
        repositories=rows["repo"].n_unique(),
        marked=rows.filter(pl.col("contamination").list.len() > 0).height,
        tokenizer=public_name(contents.settings.tokenizer or ""),
        tokens=None
        if tokens.is_empty()
        else {"sum": tokens.sum(), "median": round(float(str(tokens.median()))), "longest": tokens.max()},
        models=models.to_dicts(),
        cost=models["cost"].sum(),
        terms={
            name: contents.terms.get(name) for name in sorted({*models["model"], *rows["model"]} - {None})
        },
        funnel=contents.funnel.to_dicts(),
        trains={"messages", "prompt_completion"} & {contents.settings.format},
    )


def _table(rows: pl.DataFrame, by: list[str], *more: pl.Expr) -> list[dict[str, object]]:
    """Rows counted by these columns: training rows first where splits are told apart, else the most frequent."""
    counted = rows.with_columns(pl.col(by).fill_null(UNKNOWN)).group_by(by).agg(pl.len().alias("rows"), *more)
    if by[0] == "split":
        return counted.sort(pl.col("split") == TEST, *by[1:]).to_dicts()
    return counted.sort(pl.col("rows"), *by, descending=[True, *[False] * len(by)]).to_dicts()


def cell(value: object) -> str:
    """A value in a cell of a Markdown table: hostile names stay text."""
    text = str(value).replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("\r", " ")
    return text.replace("<", "&lt;").replace("[", "\\[").replace("`", "'")
