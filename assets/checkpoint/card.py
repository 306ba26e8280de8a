"""`README.md` of a checkpoint: the YAML that Hugging Face reads, and for people what it learnt, and how well.

Everything in it stands in the tables `checkpoint` and `eval_scores`, or is counted by who asks for the card. It carries
no time and no path of a machine, so that the same tables give the same card.
"""

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from assets.publishing.markdown import table
from resources.model_folder import is_hub_id, public_name
from resources.model_licenses import HUB_LICENSES

SCORES = ("benchmark", "task", "language", "preset", "k", "pass_at_k", "low", "high", "problems")
"""Columns of `eval_scores` that a card needs, beside those of the clean score."""


def card(
    checkpoint: Mapping[str, Any],
    scores: pl.DataFrame | None = None,
    *,
    rows_taken_down: int = 0,
    base_license: str | None = None,
) -> str:
    """The text of `README.md`.

    `checkpoint` is the table's row, `scores` those of this checkpoint (`eval_scores`; None: not scored yet).
    `rows_taken_down`: training rows whose file was taken down since. `base_license` takes the place of the one that
    was found beside the base model.
    """
    known = base_license or checkpoint.get("base_license")
    head = _head(checkpoint, scores, rows_taken_down, known)
    text = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{text}---\n\n{_body(checkpoint, scores, rows_taken_down, known)}"


def _head(
    checkpoint: Mapping[str, Any], scores: pl.DataFrame | None, taken_down: int, base_license: str | None
) -> dict[str, object]:
    base = str(checkpoint["base_model"])
    head: dict[str, object] = {"base_model": base} if is_hub_id(base) else {}
    if base_license in HUB_LICENSES:
        head["license"] = base_license
    else:
        head |= {"license": "other", "license_name": base_license or "unknown"}
    head |= {"library_name": "transformers", "pipeline_tag": "text-generation", "language": ["code"]}
    head["tags"] = ["code", "seedline"]
    if scores is not None and scores.height:
        head["model-index"] = [{"name": checkpoint["recipe"], "results": [*map(_result, _rows(scores))]}]
    head["seedline"] = {
        "version": version("seedline"),
        "recipe": checkpoint["recipe"],
        "checkpoint_id": checkpoint["checkpoint_id"],
        "base_model": public_name(base),
        "base_revision": checkpoint["base_revision"],
        "base_license": base_license,
        "rows": checkpoint["rows"],
        "rows_digest": checkpoint["rows_digest"],
        "data": {one["table"]: one["digest"] for one in checkpoint.get("data") or ()},
        "licenses": {one["license"]: one["rows"] for one in checkpoint.get("licenses") or ()},
        "rows_taken_down": taken_down,
    }
    return head


def _rows(scores: pl.DataFrame) -> list[dict[str, Any]]:
    return scores.sort("benchmark", "task", "language", "k").to_dicts()


def _result(score: Mapping[str, Any]) -> dict[str, object]:
    name = score["benchmark"] if score["task"] == "complete" else f"{score['benchmark']}:{score['task']}"
    metrics = [{"name": f"pass@{score['k']}", "type": "pass@k", "value": _rounded(score["pass_at_k"])}]
    if score["clean_problems"] != score["problems"]:
        clean = {"name": f"pass@{score['k']} without problems found in the training rows", "type": "pass@k"}
        metrics.append(clean | {"value": _rounded(score["clean_pass_at_k"])})
    return {
        "task": {"type": "text-generation"},
        "dataset": {"name": f"{name} ({score['language']})", "type": score["benchmark"]},
        "metrics": metrics,
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _body(
    checkpoint: Mapping[str, Any], scores: pl.DataFrame | None, taken_down: int, base_license: str | None
) -> str:
    base, recipe = public_name(str(checkpoint["base_model"])), checkpoint["recipe"]
    made = (
        "made on the spot from the corpus" if base == "tiny" else f"revision `{checkpoint['base_revision']}`"
    )
    parts = [
        f"# {recipe}: a checkpoint of `{base}`",
        f"Trained by Seedline {version('seedline')} on {checkpoint['rows']:,} rows of the recipe `{recipe}`. "
        f"Base model: `{base}`, {made}, license: {base_license or 'unknown'}. What the base "
        "model's license asks for holds for this model too.",
        "## Scores",
        _score_text(scores),
        "## What it learnt",
        f"{checkpoint['rows']:,} rows, {checkpoint['left_out']:,} of them left out (their prompt fills a sequence), "
        f"{checkpoint['truncated']:,} cut. Digest of rows and order: `{checkpoint['rows_digest']}`. Versions of "
        "the data set, by the digest of its rows:",
        table(
            ["data set", "digest"],
            [(one["table"], f"`{one['digest']}`") for one in checkpoint.get("data") or ()],
        ),
        "Licenses of the files that the rows were made from:",
        table(
            ["license", "rows"],
            [(one["license"], f"{one['rows']:,}") for one in checkpoint.get("licenses") or ()],
        ),
        _take_downs(taken_down, checkpoint["rows"]),
        "## How",
        f"{checkpoint['parameters']:,} parameters, {checkpoint['steps']:,} steps, {checkpoint['tokens']:,} tokens, "
        f"the loss on {checkpoint['completion_tokens']:,} of them. {_losses(checkpoint)}",
        f"```yaml\n{_settings(checkpoint)}```",
    ]
    return "\n\n".join(parts) + "\n"


def _score_text(scores: pl.DataFrame | None) -> str:
    if scores is None or scores.is_empty():
        return "It was not scored yet."
    lines = [
        (
            f"{one['benchmark']}{'' if one['task'] == 'complete' else ' ' + one['task']}",
            one["language"],
            f"pass@{one['k']}",
            _percent(one["pass_at_k"], one["low"], one["high"]),
            f"{one['problems']:,}",
            _percent(one["clean_pass_at_k"], one["clean_low"], one["clean_high"]),
            f"{one['clean_problems']:,}",
            one["preset"],
            f"{one['cut_off']:.1%}",
            f"{one['without_code']:.1%}",
        )
        for one in _rows(scores)
    ]
    head = [
        "benchmark",
        "language",
        "",
        "raw",
        "problems",
        "clean",
        "problems",
        "asked as",
        "cut off",
        "without code",
    ]
    return (
        f"{table(head, lines)}\n\nWith 95 % intervals. Clean leaves out the problems that were found in the training "
        "rows. Scores that were asked for in other ways are not comparable."
    )


def _percent(share: float | None, low: float | None, high: float | None) -> str:
    if share is None:
        return "–"
    return f"{share:.1%}" if low is None or high is None else f"{share:.1%} ({low:.1%} to {high:.1%})"


def _take_downs(taken_down: int, rows: int) -> str:
    if not taken_down:
        return "**Take-downs:** none of these rows was taken down."
    return (
        f"**Take-downs:** {taken_down:,} of the {rows:,} rows that it learnt ({taken_down / rows:.2%}) were taken down "
        "since. It has learnt them; a new checkpoint has not."
    )


def _losses(checkpoint: Mapping[str, Any]) -> str:
    before, after = checkpoint["loss_before"], checkpoint["loss_after"]
    if before is None or after is None:
        return ""
    return f"Loss on {checkpoint['loss_on'].replace('_', ' ')}: {before:.3f} nats a token before, {after:.3f} after."


def _settings(checkpoint: Mapping[str, Any]) -> str:
    """The settings as YAML, without folders of this machine."""
    settings = json.loads(checkpoint["settings"])
    base = settings.get("base_model", {})
    if "model" in base:
        base["model"] = public_name(base["model"])
    for name in ("training", "first_stage"):
        if settings.get(name) and "chat_template" in settings[name]:
            settings[name]["chat_template"] = Path(settings[name]["chat_template"]).name
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
