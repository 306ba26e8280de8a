"""Phind's recipe, whole: ready rows in, OpenAI's decontamination, a full fine-tuning, HumanEval raw and clean.

The model is seedling in place of one of 34 billion parameters, the training short; the rest is as shipped.
"""

import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from pipeline_defs.deployment import Deployment
from pipeline_defs.recipes.model import load_recipe
from resources.parquet_store import TableAddress

HELD = "Given a list of whole numbers, return the two that stand farthest apart from each other, in rising order."
FREE = "Return how many of the whole numbers in the list are even, where zero counts as even as well."


def problem(number: int, name: str, question: str, solution: str, test: str) -> dict[str, str]:
    """A problem in HumanEval's form."""
    prompt = f'def {name}(numbers):\n    """{question}"""\n'
    return {
        "task_id": f"HumanEval/{number}",
        "prompt": prompt,
        "entry_point": name,
        "canonical_solution": solution,
        "test": f"def check(candidate):\n    {test}\n",
    }


PROBLEMS = [
    problem(
        0,
        "farthest",
        HELD,
        "    return min(numbers), max(numbers)\n",
        "assert candidate([3, 1, 2]) == (1, 3)",
    ),
    problem(
        1, "evens", FREE, "    return sum(n % 2 == 0 for n in numbers)\n", "assert candidate([0, 1, 2]) == 2"
    ),
]
ROWS = [
    *(
        {
            "instruction": f"Write a function that adds {n} to x.",
            "output": f"```python\ndef f(x):\n    return x + {n}\n```",
        }
        for n in range(9)
    ),
    {
        "instruction": "Double x in JavaScript.",
        "output": "```javascript\nfunction f(x) { return 2 * x; }\n```",
    },
    # other letters' case, white space and symbols: the same letters and digits
    {"instruction": "Task: " + HELD.upper().replace(", ", " --\n\n"), "output": "```python\nf = sorted\n```"},
    # the solution alone is no problem: only questions are compared
    {
        "instruction": "Say it.",
        "output": "```python\ndef g(numbers):\n    return min(numbers), max(numbers)\n```",
    },
]


@pytest.mark.slow(seconds=20)
def test_ready_rows_become_a_checkpoint_with_a_raw_and_a_clean_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="training needs the extra `train`")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "HumanEval.jsonl").write_text("".join(json.dumps(one) + "\n" for one in PROBLEMS))
    content = load_recipe("phind").model_dump(mode="json")
    content["languages"] = ["python", "javascript"]
    content["checkpoint"]["base_model"] = {"kind": "named", "model": "seedling"}
    content["checkpoint"]["training"] |= {"sequence_length": 256, "batch_size": 4, "precision": "float32"}
    content["evaluation"] |= {"backend": "transformers", "max_tokens": 48}
    (tmp_path / "phind.yaml").write_text(yaml.safe_dump(content))
    (tmp_path / "seedline.toml").write_text(
        'recipes = ["phind.yaml"]\n\n[engines]\ndevice = "cpu"\n\n[benchmarks]\nhumaneval = "HumanEval.jsonl"\n\n'
        '[dumps.named.pairs]\nkind = "ready-rows"\npath = "rows.jsonl"\ndata_set = "me/pairs"\nrevision = "v1"\n'
        'license = "Apache-2.0"\n'
    )
    deployment = Deployment.open()
    deployment.carry_out(deployment.plan("phind"))
    store = deployment.store()

    def table(name: str, language: str | None = None) -> pl.DataFrame:
        return store.scan(TableAddress.of(("phind", name), language)).collect()

    rows = pl.concat([table("sft_dataset", "python"), table("sft_dataset", "javascript")])
    assert rows.height == len(ROWS) - 1
    assert set(rows["engine"]) == {"given"} and set(rows["repo"]) == {"me/pairs"}
    assert "Say it." in set(rows["prompt"])
    rejected = table("sft_dataset__rejected", "python")
    assert rejected["reason"].to_list() == ["contaminated"]
    [checkpoint] = table("checkpoint").to_dicts()
    assert (checkpoint["base_model"], checkpoint["rows"]) == ("seedling", rows.height)
    assert checkpoint["steps"] == 2 * 3 and checkpoint["loss_after"] < checkpoint["loss_before"]
    [score] = table("eval_scores").to_dicts()
    assert (score["benchmark"], score["problems"], score["k"]) == ("humaneval", 2, 1)
    [beside] = table("eval_scores__against_base").to_dicts()
    assert (beside["benchmark"], beside["problems"], beside["model"]) == ("humaneval", 2, score["pass_at_k"])
    assert beside["difference"] == beside["model"] - beside["base"]
    base = table("eval_scores__base_samples")
    assert base["problem_id"].to_list() == ["HumanEval/0", "HumanEval/1"]
    assert set(base["checkpoint_id"]) == {"base"} and not (set(base["begun"]) - {"", None})
    card = (Path(checkpoint["weights"]) / "README.md").read_text()
    assert "| Apache-2.0 | 11 |" in card and "license: apache-2.0" in card
    canonical = table("eval_scores__samples").filter(checkpoint_id="canonical")
    assert canonical["passed"].to_list() == [True, True]
