"""`EU_TRAINING_CONTENT.md`: the template for the public summary of training content, as far as rows answer it."""

from importlib.resources import files

import polars as pl
from jinja2 import Environment, StrictUndefined

from assets.exports.card import cell
from assets.exports.papers import BLANK, Stated
from resources.model_folder import public_name


def eu_summary(stated: Stated) -> str:
    """The text of the summary."""
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"number": lambda value: f"{value:,}", "cell": cell}
    text = files("assets.exports").joinpath("templates", "eu_summary.md.jinja").read_text(encoding="utf-8")
    contents, rows = stated.contents, stated.contents.rows
    asked = pl.concat([one.models for one in contents.recipes]).filter(pl.col("engine") != "offline")
    counted = asked.group_by("model", "revision").agg(pl.col("calls").sum()).sort("model", "revision")
    sizes = rows.select(pl.col("prompt").str.len_bytes() + pl.col("completion").str.len_bytes())
    first = contents.funnel["reasons"].to_list()[0] if contents.funnel.height else ""
    dropped = [part.split(" ")[0] for part in str(first).split(", ") if part.endswith(" taken_down")]
    kept = ("read", "kept")
    return environment.from_string(text).render(
        blank=BLANK,
        date=stated.date,
        rows=rows.height,
        bytes=sizes.to_series().sum(),
        tokens=rows["tokens"].sum() if rows["tokens"].null_count() < rows.height else None,
        tokenizer=public_name(contents.settings.tokenizer or ""),
        languages=rows.group_by("language")
        .agg(pl.len().alias("rows"))
        .sort("rows", descending=True)
        .to_dicts(),
        corpus=stated.corpus,
        files=rows["file_id"].n_unique(),
        repositories=rows["repo"].n_unique(),
        models=[one | {"terms": contents.terms.get(one["model"], "unknown")} for one in counted.to_dicts()],
        by_rule=rows.filter(pl.col("engine").is_null() | (pl.col("engine") == "offline")).height,
        left_out=sorted((reason, count) for reason, count in stated.corpus.items() if reason not in kept),
        rules=stated.take_down_rules,
        taken_down=int(dropped[0]) if dropped else 0,
    )
