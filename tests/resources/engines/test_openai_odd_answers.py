"""Odd replies of a server: each spoils its own row, no other, and none of them ends the batch."""

import json

import polars as pl
import pytest

from assets.asking.asker import requests_frame
from resources.engines.base import Sampling
from resources.engines.deployment import OpenAIDeployment
from resources.engines.openai import OpenAIEngine
from resources.engines.openai_connection import MOST_REPLY_BYTES
from resources.engines.spec import OpenAISpec
from tests.resources.engines.scripted_server import ScriptedServer, asked

KEY = "sk-proj-0123456789abcdefghij"
HALF = "\ud83d"


def reply(text: str, **more: object) -> dict[str, object]:
    """A whole reply, so that its bytes are ours; JSON writes halves of characters as escapes."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return {"body": json.dumps({"choices": [choice], **more})}


ODD = {
    "half a character in the answer": reply(f"an emoji {HALF} cut in two"),
    "half a character in a refusal": {
        "status": 422,
        "body": json.dumps({"error": {"message": f"no {HALF}"}}),
    },
    "brackets without end": {"body": '{"choices": ' + "[" * 100_000},
    "an array of arrays": {"body": "[" * 100_000 + "]" * 100_000},
    "a deep reason": {"status": 400, "body": '{"error": ' * 100_000},
    "a number without end": {"body": '{"choices": ' + "9" * 100_000 + "}"},
    "a huge reply": reply("x" * (MOST_REPLY_BYTES + 1)),
    "the key in the answer": reply(f"your key is {KEY}"),
    "the end of the key in the answer": reply(f"your key ends in {KEY[-14:]}"),
    "the key in an error": {
        "status": 400,
        "body": json.dumps({"error": {"message": f"bad key {KEY[:11]}***"}}),
    },
    "a reason that is no word": reply(
        "well", choices=[{"finish_reason": [1] * 9999, "message": {"content": "x"}}]
    ),
}


def complete(server: ScriptedServer, words: list[str]) -> pl.DataFrame:
    deployment = OpenAIDeployment.model_validate(
        {"base_url": server.base_url, "api_key": KEY, "attempts": 1, "timeout_s": 30}
    )
    rows = requests_frame([{"key": word, "prompt": word, "seed": 1} for word in words])
    return pl.concat(list(OpenAIEngine(OpenAISpec(model="m"), deployment).complete(rows, Sampling(9))))


@pytest.mark.parametrize("first", [False, True], ids=["in the middle", "first of all"])
def test_an_odd_reply_spoils_its_own_row_alone(first: bool) -> None:
    with ScriptedServer(lambda body: ODD.get(asked(body), "well"), api_key=KEY) as server:
        words = [*ODD] if first else ["plain", *ODD, "also plain"]
        found = complete(server, words)
    by_key = {row["key"]: row for row in found.iter_rows(named=True)}
    assert set(by_key) == set(words)
    for word in words:
        row = by_key[word]
        assert row["finish_reason"] == ("error" if word in ODD else "stop"), row
        assert bool(row["detail"]) == (word in ODD)
        for part in (KEY[:8], KEY[-8:]):
            assert part not in (row["detail"] or "") + row["text"]
    found.write_ndjson()  # everything in it can be written


@pytest.mark.parametrize("count", [10**30, -1, 2**31, 1.5, "many", True, None, [1]])
def test_odd_counts_of_tokens_are_left_out_and_the_answer_is_kept(count: object) -> None:
    usage = {"prompt_tokens": count, "completion_tokens": count}
    with ScriptedServer(lambda _body: reply("well", usage=usage), api_key=KEY) as server:
        (row,) = complete(server, ["a"]).iter_rows(named=True)
    assert (row["text"], row["finish_reason"]) == ("well", "stop")
    assert (row["prompt_tokens"], row["completion_tokens"]) == (None, None)
