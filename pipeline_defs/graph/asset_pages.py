"""What the page of every asset says before anything ran: its recipe in words, links, owners, tags.

Put onto the assets when the definitions are built, so that addresses and owners are those of now. What a
materialization says of itself is written where it is published (`assets/publishing`).
"""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

import dagster as dg

from assets.publishing.markdown import fenced
from pipeline_defs.configuration.settings import Settings
from pipeline_defs.recipes.about import ASKING, Method, methods_of
from pipeline_defs.recipes.model import Recipe

REJECTS = ("corpus_dump", "raw_corpus", "filtered_seeds", "instructions", "candidate_responses",
           "verified_responses", "sft_dataset")  # fmt: skip
"""Artifacts with a table of rejected rows beside them."""


def with_pages(
    assets: Iterable[dg.AssetsDefinition], settings: Settings, recipes: Sequence[Recipe]
) -> list[dg.AssetsDefinition]:
    """`assets` with what their pages say."""
    about: dict[tuple[str, ...], tuple[Recipe, Method]] = {
        (recipe.name, one.artifact): (recipe, one) for recipe in recipes for one in methods_of(recipe)
    }

    def described(spec: dg.AssetSpec) -> dg.AssetSpec:
        path = tuple(spec.key.path)
        more = row_links(path, settings.rows_page)
        if path in about:
            more |= recipe_metadata(*about[path], settings.rows_page)
        return spec.replace_attributes(owners=settings.owners).merge_attributes(
            metadata=more, tags=settings.tags
        )

    return list(dg.map_asset_specs(described, assets))


def row_links(path: Sequence[str], rows_page: str) -> dict[str, Any]:
    """Links to the artifact's rows, to its rejected ones, and to what waits."""
    place = "/".join(quote(part, safe="") for part in path)
    links = {"rows": dg.MetadataValue.url(f"{rows_page}/rows/{place}")}
    if path[-1] in REJECTS:
        links["rejected rows"] = dg.MetadataValue.url(f"{rows_page}/rows/{place}__rejected")
    if path[-1] == "sft_dataset":
        links["contamination report"] = dg.MetadataValue.url(f"{rows_page}/contamination/{place}")
    return {**links, "what waits and why": dg.MetadataValue.url(f"{rows_page}/")}


def recipe_metadata(recipe: Recipe, method: Method, rows_page: str) -> dict[str, Any]:
    """The recipe's settings of this stage as text, what its parts do, and where the methods are described."""
    page = f"{rows_page}/recipe/{quote(recipe.name, safe='')}#{method.artifact}"
    return {
        "recipe": dg.MetadataValue.md(in_words(recipe, method)),
        "method": dg.MetadataValue.url(page),
        **{f"described in {name}": dg.MetadataValue.url(address) for name, address in recipe.links.items()},
    }


def in_words(recipe: Recipe, method: Method) -> str:
    """The stage in Markdown: what it does, part by part, and its settings as they are in the recipe."""
    parts = "\n".join(f"- `{step.path}`: {step.does}" for step in method.steps)
    title = f"**{recipe.name}**, {method.artifact}" + (f": `{method.name}`" if method.name else "")
    said = recipe.description.strip().replace("<", "&lt;")
    engine = " The engine is the recipe's own." if method.field in ASKING else ""
    return f"{title}.{engine} {said}\n\n{parts}\n\n{fenced(method.settings, 'yaml')}\n"
