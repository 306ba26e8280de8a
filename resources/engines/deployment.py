"""How this deployment reaches models: devices, memory, addresses, keys, rates and prices.

Nothing here changes what a model answers; what does is in `spec.py`.
"""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def _known_device(device: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", device):
        raise ValueError("there are auto, cpu, cuda and cuda:<number>")
    return device


Device = Annotated[str, AfterValidator(_known_device)]
"""What a model computes on; auto: a GPU where there is one."""


class VllmDeployment(BaseModel):
    """vLLM on this machine, in process and as a server."""

    model_config = ConfigDict(extra="forbid")

    python: Path | None = Field(
        default=None, description="interpreter of the environment that has vLLM; null: this one"
    )
    memory_share: float = Field(default=0.9, gt=0, le=1, description="share of each GPU's memory it may take")
    tensor_parallel: int = Field(default=1, ge=1, description="GPUs that share one model")
    eager: bool = Field(default=False, description="do not compile the model: starts sooner, computes slower")
    load_timeout_s: float = Field(default=1800, gt=0, description="longest wait for a model to load")
    idle_s: float = Field(default=600, gt=0, description="a server that nobody used for so long stops")


class OpenAIDeployment(BaseModel):
    """An OpenAI-compatible server: its address and its limits."""

    model_config = ConfigDict(extra="forbid")

    base_url: str | None = Field(
        default=None, description="e.g. http://host:8000/v1; null: the variable OPENAI_BASE_URL"
    )
    api_key: SecretStr | None = Field(
        default=None, description="null: the variable OPENAI_API_KEY; servers without keys need none"
    )
    concurrency: int = Field(default=256, ge=1, description="requests in flight at most")
    timeout_s: float = Field(default=600, gt=0, description="longest wait for one answer")
    attempts: int = Field(default=6, ge=1, description="tries before a request is given up")
    requests_per_minute: int | None = Field(
        default=None, ge=1, description="the server's limit of requests a minute; null: none"
    )
    tokens_per_minute: int | None = Field(
        default=None, ge=1, description="the server's limit of tokens a minute; null: none"
    )


class Prices(BaseModel):
    """Price of a million tokens, in any currency; a price that is not set counts as 0."""

    model_config = ConfigDict(extra="forbid")

    prompt: float = Field(default=0.0, ge=0, description="a million prompt tokens")
    completion: float = Field(default=0.0, ge=0, description="a million completion tokens")


class Budget(BaseModel):
    """Budget of one materialization: it stops calling the model there and keeps its results; the next one continues."""

    model_config = ConfigDict(extra="forbid")

    tokens: int | None = Field(default=None, ge=1, description="prompt and completion tokens computed")
    money: float | None = Field(default=None, gt=0, description="by the prices of this deployment")


class EngineSettings(BaseModel):
    """Access of this deployment to models; the recipe names the model."""

    model_config = ConfigDict(extra="forbid")

    device: Device = Field(
        default="auto",
        description="auto, cpu, cuda or cuda:<number>, for the transformers engine, embedder and trainer",
    )
    threads: int = Field(
        default=0, ge=0, description="CPU threads of the transformers engine and the trainer; 0: all"
    )
    batch_size: int = Field(
        default=32, ge=1, description="prompts that the transformers engine answers at once"
    )
    workers: int = Field(
        default=1, ge=1, description="copies of the model that the transformers engine runs, a process each"
    )
    vllm: VllmDeployment = Field(
        default_factory=VllmDeployment,
        description="vLLM on this machine, for the backends vllm and vllm_server",
    )
    openai: OpenAIDeployment = Field(
        default_factory=OpenAIDeployment, description="the server that the backend openai asks"
    )
    prices: Prices = Field(
        default_factory=Prices, description="money for a million tokens, to show what a step cost"
    )
    budget: Budget = Field(default_factory=Budget, description="where one materialization stops asking")
