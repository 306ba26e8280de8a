"""Prompts for base models, messages for instruct models, whichever form a method was published in."""

import polars as pl

from assets.asking.asker import requests_frame
from assets.asking.prompt_form import in_form

MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]
REQUESTS = requests_frame(
    [
        {"key": "completion", "prompt": "1 + 1 =", "task": "t", "sample": 0, "seed": 1},
        {"key": "chat", "messages": MESSAGES, "task": "t", "sample": 0, "seed": 1},
    ]
).with_columns(more=pl.lit("x"))


def test_a_base_model_gets_prompts_only():
    asked = in_form(REQUESTS, "base")
    assert asked["prompt"][0] == "1 + 1 ="
    said = asked["prompt"][1]
    assert said.startswith("Be brief.\n\nWhy?") and said.endswith("### Answer\n")
    assert asked["messages"].null_count() == 2
    assert asked.schema == REQUESTS.schema


def test_an_instruct_model_gets_messages_only():
    asked = in_form(REQUESTS, "instruct")
    assert asked["prompt"].null_count() == 2
    turned, given = asked["messages"].to_list()
    assert given == MESSAGES
    assert [turn["role"] for turn in turned] == ["user"]
    assert turned[0]["content"].endswith("1 + 1 =")
    assert asked.schema == REQUESTS.schema


def test_a_request_in_the_right_form_stays_as_it_is():
    completion, chat = REQUESTS.head(1), REQUESTS.tail(1)
    assert in_form(completion, "base").equals(completion)
    assert in_form(chat, "instruct").equals(chat)
    assert in_form(REQUESTS.clear(), "base").schema == REQUESTS.schema
