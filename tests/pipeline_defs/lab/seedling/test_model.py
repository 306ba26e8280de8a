"""The weights that come with the project: whole, what they say they are, and answers in form."""

import json
import random
from pathlib import Path

import polars as pl
import pytest

from assets.candidate_responses.sections import SectionedResponse, parse_response
from pipeline_defs.lab.seedling import documents, train
from pipeline_defs.lab.seedling.courses import COURSES, Course
from pipeline_defs.lab.seedling.documents import response_prompt
from resources.engines.base import REQUEST_SCHEMA, Sampling
from resources.engines.resource import EnginesResource
from resources.engines.spec import TransformersSpec
from resources.model_folder import SHIPPED, located, model_digest

torch = pytest.importorskip("torch", reason="the engine needs the extra `train`")

FOLDER = SHIPPED["seedling"]


def test_a_shipped_model_is_found_by_its_name_and_nothing_else_is_touched():
    assert located("seedling") == str(FOLDER)
    assert located("./seedling") == "./seedling" and located("bigcode/seedling") == "bigcode/seedling"


def test_weights_are_small_and_say_how_they_were_made():
    assert (FOLDER / "model.safetensors").stat().st_size < 8_000_000
    facts = json.loads((FOLDER / "training.json").read_text(encoding="utf-8"))
    assert 1_000_000 <= facts["parameters"] <= 3_000_000
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert facts["command"] in card
    for course, made in zip(COURSES, facts["courses"], strict=True):
        assert (made["seed"], made["documents"], made["worked"]) == (
            course.seed,
            course.documents,
            course.worked,
        )
        assert made["steps"] == made["of_steps"] and made["data_digest"] in card
    assert len(model_digest(FOLDER)) == 64


@pytest.mark.slow(seconds=16)
def test_a_training_goes_on_from_the_course_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    threads = torch.get_num_threads()
    monkeypatch.setattr(train, "COURSES", (Course(5, 700, False, 1.0), Course(6, 300, True, 0.5)))
    monkeypatch.setattr(train, "TOKENIZER_DOCUMENTS", 300)
    monkeypatch.setattr(train, "WARMUP", 4)
    first, second = tmp_path / "first", tmp_path / "second"
    train.train(0, 1, 0, str(first), None, 29517)
    train.train(0, 1, 1, str(second), str(first), 29518)
    torch.set_num_threads(threads)
    facts = json.loads((second / "training.json").read_text(encoding="utf-8"))
    assert [one["worked"] for one in facts["courses"]] == [False, True]
    assert facts["courses"][1]["loss"] < facts["courses"][0]["loss"] < 7
    assert (second / "tokenizer.json").read_bytes() == (first / "tokenizer.json").read_bytes()


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


@pytest.mark.slow(seconds=15)
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
