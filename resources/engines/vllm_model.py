"""What the two vLLM engines have in common: the model they name, seeds of samples, rows that ask nothing.

How the model runs (a process of the step's own, a shared server) is in `vllm` and `vllm_server`.
"""

import polars as pl

from resources.engines.base import COMPLETION_SCHEMA, Engine
from resources.engines.model_source import vllm_identity
from resources.engines.spec import VllmModel
from resources.ids import content_id


class VllmModelEngine(Engine):
    """An engine whose answers are those of `spec`'s model by vLLM; who derives from it says how it runs."""

    def __init__(self, spec: VllmModel) -> None:
        self.spec = spec
        self._identity: dict[str, str] | None = None

    def identity(self) -> dict[str, str]:
        """See `Engine`; `revision` is a digest of the files for a local folder, the commit for a hub id."""
        if self._identity is None:
            self._identity = vllm_identity(self.name, self.spec)
        return self._identity


def asking(requests: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The requests that have a prompt or messages, and the completions of those that have neither."""
    nothing = pl.col("prompt").is_null() & pl.col("messages").is_null()
    said = {
        "text": "",
        "finish_reason": "error",
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "detail": "neither a prompt nor messages",
    }
    senseless = [{"key": key, **said} for key in requests.filter(nothing)["key"]]
    return requests.filter(~nothing), pl.DataFrame(senseless, schema=COMPLETION_SCHEMA)


def sample_seed() -> pl.Expr:
    """`seed`: a number of 60 bits that differs from sample to sample, whether or not their seeds do."""
    digits = content_id("seed", "sample").str.head(15)
    return digits.str.to_integer(base=16, dtype=pl.Int64).alias("seed")
