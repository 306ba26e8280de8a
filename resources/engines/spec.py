"""Which model a recipe wants: the part of an engine that changes data, and so belongs into recipes and cache keys.

How this machine reaches it (device, threads, addresses, keys, memory) is deployment: `deployment.py`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from resources.doors import Chosen
from resources.engines.door import ENGINES
from resources.former_names import ReadsFormerNames

ModelForm = Literal["base", "instruct"]
"""base: completes text, asked by completion prompts with stops; instruct: asked by chat messages."""


class OfflineSpec(BaseModel):
    """No model: instructions and responses by rule from the seed's own documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["offline"] = Field(
        default="offline", description="offline: no model; rules over each seed's own documentation"
    )

    @property
    def form(self) -> ModelForm:
        """The rules read the facts beside a prompt, whatever its form."""
        return "base"


class LocalModel(BaseModel):
    """A checkpoint in a local folder or on the hub."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(min_length=1, description="local folder or hub id")
    revision: str | None = Field(default=None, description="hub revision; null: the default branch")
    form: ModelForm = Field(
        default="base", description="base: completion prompts; instruct: its chat template"
    )


class TransformersSpec(LocalModel):
    """A small checkpoint, run by transformers on this machine."""

    backend: Literal["transformers"] = Field(
        default="transformers", description="transformers: a small model on the CPU or one GPU"
    )


class VllmModel(ReadsFormerNames, LocalModel):
    """What vLLM's answers depend on, in process or served."""

    former_names = {"quantisation": "quantization"}

    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        default="auto", description="of weights and arithmetic; auto: the checkpoint's own"
    )
    quantization: str | None = Field(default=None, description="vLLM's name of it: awq, gptq, fp8, ...")
    context: int | None = Field(
        default=None, ge=1, description="tokens of prompt and answer together; null: the model's own"
    )
    lora: str | None = Field(default=None, description="folder of a LoRA adapter on top of the model")


class VllmSpec(VllmModel):
    """vLLM's offline batches, in a process that ends with the step."""

    backend: Literal["vllm"] = Field(
        default="vllm", description="vllm: vLLM's offline batches in a process that ends with the step"
    )


class VllmServerSpec(VllmModel):
    """A `vllm serve` that the steps and runs of this machine share."""

    backend: Literal["vllm_server"] = Field(
        default="vllm_server",
        description="vllm_server: one vLLM server that steps and runs of this machine share",
    )


class OpenAISpec(BaseModel):
    """A model behind any server that speaks OpenAI's protocol; its address and key are deployment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["openai"] = Field(
        default="openai", description="openai: a server that speaks OpenAI's protocol"
    )
    model: str = Field(min_length=1, description="the model's name on the server")
    revision: str | None = Field(
        default=None, description="your label of the model's version: part of the cache key, never sent"
    )
    form: ModelForm = Field(
        default="instruct", description="base: the completions endpoint; instruct: chat completions"
    )


EngineSpec = Annotated[Any, Chosen(ENGINES, "backend")]
"""The engine of a recipe, the project's or another's; `backend` names it, `form` says how its model is asked."""
