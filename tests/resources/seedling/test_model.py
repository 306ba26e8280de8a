"""The weights that come with the project: whole, what they say they are, and answers in form."""

import json
import random

import polars as pl
import pytest

from assets.candidate_responses.sections import SectionedResponse, parse_response
from resources.engines.face import REQUEST_SCHEMA, Sampling
from resources.engines.resource import EnginesResource
from resources.engines.spec import TransformersSpec
from resources.model_folder import SHIPPED, located, model_digest
from resources.seedling import documents
from resources.seedling.documents import response_prompt
from resources.seedling.train import DOCUMENTS, SEED

torch = pytest.importorskip("torch", reason="the engine needs the extra `train`")

FOLDER = SHIPPED["seedling"]


def test_a_shipped_model_is_found_by_its_name_and_nothing_else_is_touched():
    assert located("seedling") == str(FOLDER)
    assert located("./seedling") == "./seedling" and located("bigcode/seedling") == "bigcode/seedling"


def test_weights_are_small_and_say_how_they_were_made():
    assert (FOLDER / "model.safetensors").stat().st_size < 8_000_000
    facts = json.loads((FOLDER / "training.json").read_text(encoding="utf-8"))
    assert (facts["seed"], facts["documents"]) == (SEED, DOCUMENTS)
    assert 1_000_000 <= facts["parameters"] <= 3_000_000
    assert len(facts["data_digest"]) == 64 and facts["steps"] == facts["of_steps"]
    assert (FOLDER / "README.md").read_text(encoding="utf-8").find(facts["data_digest"]) > 0
    assert len(model_digest(FOLDER)) == 64


def test_the_tokenizer_has_single_digits_and_ends_a_prompt_where_a_token_ends():
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(FOLDER)
    assert len(tokenizer("1234")["input_ids"]) == 4
    drawn = random.Random(2)
    for _ in range(50):
        prompt = response_prompt(documents.testable_task(drawn, "training").instruction)
        alone = tokenizer(prompt)["input_ids"]
        assert tokenizer(prompt + "#### Reasoning\n")["input_ids"][: len(alone)] == alone
        assert tokenizer.decode(alone) == prompt
    turns = [{"role": "user", "content": "Do."}]
    chat = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    assert chat == response_prompt("Do.")


def test_seedling_answers_in_form():
    drawn = random.Random(4)
    prompts = [response_prompt(documents.testable_task(drawn, "training").instruction) for _ in range(64)]
    rows = [
        {"key": str(number), "prompt": prompt, "task": "response", "facts": "{}", "sample": 0, "seed": number}
        for number, prompt in enumerate(prompts)
    ]
    requests = pl.DataFrame(
        [{name: row.get(name) for name in REQUEST_SCHEMA} for row in rows], schema=REQUEST_SCHEMA
    )
    with EnginesResource().open(TransformersSpec(model="seedling")) as engine:
        found = pl.concat(list(engine.complete(requests, Sampling(224, 0.8))))
    whole = found.filter(pl.col("finish_reason") == "stop")
    formed = [isinstance(parse_response(text, "python"), SectionedResponse) for text in whole["text"]]
    assert sum(formed) >= 58  # of 64
