"""The card of a checkpoint: what Hugging Face reads of it, and what a person must find."""

import json
from typing import Any

import polars as pl
import pytest
import yaml

from assets.checkpoint.card import card
from assets.eval_scores.table import TABLE as SCORES
from resources.model_folder import is_hub_id, public_name

CHECKPOINT: dict[str, Any] = {
    "checkpoint_id": "c0ffee",
    "recipe": "phind",
    "base_model": "codellama/CodeLlama-34b-hf",
    "base_revision": "abc",
    "base_license": "llama2",
    "rows": 200,
    "rows_digest": "d0",
    "left_out": 3,
    "truncated": 5,
    "data": [{"table": "phind/sft_dataset/language=python", "digest": "d1"}],
    "licenses": [{"license": "MIT", "rows": 150}, {"license": "Apache-2.0", "rows": 50}],
    "parameters": 34_000_000,
    "steps": 10,
    "tokens": 1000,
    "completion_tokens": 500,
    "loss_before": 2.0,
    "loss_after": 1.0,
    "loss_on": "held_out_rows",
    "settings": json.dumps(
        {
            "base_model": {"kind": "named", "model": "/srv/models/own"},
            "training": {"epochs": 2.0, "chat_template": "/home/me/own.jinja"},
            "first_stage": None,
        }
    ),
}
SCORE = pl.DataFrame(
    [
        {
            "score_id": "s", "checkpoint_id": "c0ffee", "benchmark": "humaneval", "task": "complete",
            "language": "python", "preset": "seedline", "k": 1, "pass_at_k": 0.676, "low": 0.6, "high": 0.75,
            "problems": 164, "samples": 164, "clean_pass_at_k": 0.66, "clean_low": 0.58, "clean_high": 0.74,
            "clean_problems": 160, "clean_samples": 160, "cut_off": 0.01, "without_code": 0.02,
            "unverified_problems": 0,
        }
    ],
    schema=SCORES.schema,
)  # fmt: skip


def head(text: str) -> dict[str, Any]:
    return yaml.safe_load(text.split("---\n")[1])


def test_the_head_is_what_hugging_face_reads() -> None:
    from huggingface_hub import ModelCard

    text = card(CHECKPOINT, SCORE, rows_taken_down=2)
    read = ModelCard(text).data
    assert (read.base_model, read.license, read.library_name) == (
        "codellama/CodeLlama-34b-hf",
        "llama2",
        "transformers",
    )
    assert read.eval_results is not None
    assert [(one.dataset_type, one.metric_name, one.metric_value) for one in read.eval_results] == [
        ("humaneval", "pass@1", 0.676),
        ("humaneval", "pass@1 without problems found in the training rows", 0.66),
    ]
    own = head(text)["seedline"]
    assert own["data"] == {"phind/sft_dataset/language=python": "d1"}
    assert own["licenses"] == {"MIT": 150, "Apache-2.0": 50}
    assert (own["rows_taken_down"], own["checkpoint_id"], own["base_revision"]) == (2, "c0ffee", "abc")


def test_a_person_finds_scores_licenses_and_take_downs() -> None:
    text = card(CHECKPOINT, SCORE, rows_taken_down=2)
    assert "67.6% (60.0% to 75.0%)" in text and "66.0% (58.0% to 74.0%)" in text
    assert "| MIT | 150 |" in text and "`d1`" in text
    assert "2 of the 200 rows that it learnt (1.00%) were taken down since" in text
    assert "Loss on held out rows: 2.000 nats a token before, 1.000 after." in text
    assert "/srv" not in text and "/home" not in text and "own.jinja" in text
    bare = card(CHECKPOINT)
    assert "It was not scored yet." in bare and "none of these rows was taken down" in bare
    assert "model-index" not in head(bare)


@pytest.mark.parametrize(
    ("base", "license_", "expected"),
    [
        ("/srv/models/own", None, {"license": "other", "license_name": "unknown"}),
        ("./own", "apache-2.0", {"license": "apache-2.0"}),
        (
            "deepseek-ai/deepseek-coder-6.7b-base",
            "deepseek-license",
            {"license": "other", "license_name": "deepseek-license"},
        ),
        ("tiny", None, {"license": "other", "license_name": "unknown"}),
    ],
)
def test_licenses_and_base_models_that_the_hub_does_not_know(
    base: str, license_: str | None, expected: dict[str, str]
) -> None:
    found = head(card(CHECKPOINT | {"base_model": base, "base_license": license_}))
    assert {name: found[name] for name in expected} == expected
    assert found.get("base_model") == (base if is_hub_id(base) else None)
    assert found["seedline"]["base_model"] == public_name(base)
    own = head(card(CHECKPOINT | {"base_model": base, "base_license": license_}, base_license="mit"))
    assert own["license"] == "mit"
