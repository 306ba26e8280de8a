"""What a recipe's lines say of themselves: each is marked as published or ours, and what is published is that value."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline_defs.recipes.model import load_recipe

FOLDER = Path("pipeline_defs/recipes")
MARK = re.compile(
    r"published|\bours\b|second hand|StarCoder2-Instruct's rule|Magicoder, all values|WizardCoder|WizardLM|as above"
    r"|(that|the call that) wrote|nothing is asked|the vendor"
)
UNMARKED = ("name", "description", "links")
RECIPES = (
    "starcoder2_instruct",
    "magicoder",
    "magicoder_s",
    "magicoder_evol",
    "wavecoder",
    "comment_function_baseline",
    "phind",
)

TRAINING_OF_MAGICODER = {
    "epochs": 2,
    "learning_rate": 5.0e-5,
    "schedule": "linear",
    "warmup_steps": 15,
    "optimizer": "adafactor",
    "batch_size": 512,
    "max_grad_norm": None,
    "chat_template": "at_instruction",
}
GREEDY = {"samples": 1, "temperature": 0.0, "k": [1], "max_tokens": 512}
SNIPPETS = {"kind": "snippet", "seed": 976, "min_lines": 1, "max_lines": 15}
OSS_INSTRUCT = {"temperature": 0.0, "max_tokens": 2500, "seed": 666, "drop_copied_code": False}

PUBLISHED: dict[str, dict[str, dict[str, Any]]] = {
    "starcoder2_instruct": {
        "seeds.extraction": {"methods": False, "nested": False, "decorated": "bare"},
        "seeds.near_duplicates": {"threshold": 0.5, "ngram": 5, "permutations": 128},
        "seeds.filters.function_form": {"bare_definitions": False, "raw_docstrings": False},
        "seeds.filters": {"secrets": None, "personal_data": None, "not_handwritten": None},
        "seeds.docstring_judge": {"shots": 7, "temperature": 0.0, "max_tokens": 5},
        "seeds.verbatim_benchmarks": {"case_sensitive": True, "least_length": 0},
        "instructions": {"seed": 3407, "shots": 8, "temperature": 0.7, "max_tokens": 1536},
        "responses": {"samples": 10, "shots": 1, "temperature": 0.7},
        "verification.limits": {"cpu_s": 4, "retry_cpu_s": 10, "memory_mb": 1024},
        "sft.form": {
            "drop_explanation": 0.5,
            "drop_reasoning": 0.5,
            "examples_in_instruction": 0.5,
            "most_examples": 5,
        },
        "checkpoint.training": {
            "epochs": 4,
            "learning_rate": 1.0e-5,
            "schedule": "linear",
            "warmup_ratio": 0.05,
            "optimizer": "adafactor",
            "batch_size": 64,
            "sequence_length": 1280,
            "dropout": 0.0,
            "max_grad_norm": None,
            "loss_average": "row",
            "chat_template": "instruction",
        },
        "evaluation": {"preset": "starcoder2_instruct", "mbpp_split": "evalplus", **GREEDY},
    },
    "magicoder": {
        "seeds.extraction": SNIPPETS,
        "seeds": {"near_duplicates": None},
        "instructions": OSS_INSTRUCT,
        "sft": {"near_duplicates": None},
        "sft.decontamination": {"methods": ["verbatim"], "leave_out": ["multipl*e*"]},
        "sft.decontamination.verbatim": {"case_sensitive": False},
        "checkpoint.training": {**TRAINING_OF_MAGICODER, "sequence_length": 1216},
        "evaluation": {"preset": "magicoder", **GREEDY},
    },
    "magicoder_s": {
        "seeds.extraction": {**SNIPPETS, "ready_rows": True},
        "instructions": OSS_INSTRUCT,
        "checkpoint.first_stage": {**TRAINING_OF_MAGICODER, "sequence_length": 1216},
        "checkpoint.training": {**TRAINING_OF_MAGICODER, "sequence_length": 1024},
        "evaluation": {"preset": "magicoder", **GREEDY},
    },
    "wavecoder": {
        "seeds.coreset.embedder": {"model": "sentence-transformers/all-roberta-large-v1"},
        "seeds.coreset.select": {"seed": 42},
        "instructions": {"max_tokens": 800},
        "checkpoint.training": {
            "epochs": 3,
            "learning_rate": 5.0e-5,
            "schedule": "linear",
            "warmup_steps": 15,
            "batch_size": 512,
            "sequence_length": 2048,
            "precision": "mixed",
            "chat_template": "alpaca",
        },
        "evaluation": {"preset": "wavecoder", "mbpp_split": "test", **GREEDY},
    },
    "phind": {
        "seeds.extraction": {"kind": "ready_row"},
        "sft.decontamination": {
            "methods": ["openai_substrings"],
            "substrings": 3,
            "substring_length": 50,
        },
        "checkpoint.base_model": {"model": "codellama/CodeLlama-34b-hf"},
        "checkpoint.training": {"epochs": 2, "sequence_length": 4096},
        "evaluation": {"benchmarks": ["humaneval"], "k": [1]},
    },
    "comment_function_baseline": {
        "instructions": {"form": "raw"},
        "checkpoint.training": {"sequence_length": 1024, "prompt_style": "plain", "epochs": 2},
    },
}
"""Values of the authors' scripts and papers, by the section of the recipe that has them."""


@pytest.mark.parametrize("name", RECIPES)
def test_every_line_says_whose_it_is(name: str) -> None:
    assert [line for line, mark in marks(name) if not mark] == []


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_what_is_published_has_the_published_value_and_says_so(name: str) -> None:
    recipe = load_recipe(name).model_dump(mode="json")
    written = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    said = marks(name)
    for section, values in PUBLISHED[name].items():
        loaded, own = recipe, written
        for step in section.split("."):
            loaded, own = loaded[step], own[step]
        for key, value in values.items():
            assert loaded[key] == value, (section, key)
            assert key in own, f"{section}.{key} is left to its default"
            lines = [mark for line, mark in said if re.match(rf"\s*{key}:", line)]
            assert any("published" in mark for mark in lines), (section, key)


def marks(name: str) -> list[tuple[str, str]]:
    """The lines of a recipe with a value, each with the comment that speaks for it: its own, one above it, one of the
    lines that it stands under, or one beside it that speaks for all below; empty: none."""
    found: list[tuple[str, str]] = []
    heads: list[tuple[int, str]] = []  # indentation and comment of the lines above, outermost first
    above = for_all = ""
    folded = False
    for line in (FOLDER / f"{name}.yaml").read_text().splitlines():
        content, _, comment = line.partition(" #") if not line.lstrip().startswith("#") else ("", "", line)
        if not content.strip():
            above = f"{above} {comment}" if line.strip() else ""
            continue
        indent = len(content) - len(content.lstrip())
        heads = [head for head in heads if head[0] < indent]
        key = content.strip().partition(":")[0]
        if indent == 0:
            for_all, folded = "", key in UNMARKED
        said = f"{above} {comment}".strip()
        if "below" in comment:
            for_all = comment
        own = next(
            (mark for mark in (said, for_all, *(text for _, text in reversed(heads))) if MARK.search(mark)),
            "",
        )
        if not folded and content.strip()[-1] != ":":
            found.append((content.rstrip(), own))
        heads.append((indent, said))
        above = ""
    return found
