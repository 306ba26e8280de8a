"""The `vllm_server` engine: a `vllm serve` that steps and runs of this machine share, asked by the `openai` engine.

The first step that needs the model starts it, each further one finds it; it is started again when it dies, with
the requests that were in flight, and stops when nobody has used it for a while. Finding and starting are in
`shared_server`, the server's life in `server_watch`.
"""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from pydantic import SecretStr

from resources.engines.base import EngineUnavailable, Sampling
from resources.engines.deployment import OpenAIDeployment, VllmDeployment
from resources.engines.lease import Lease
from resources.engines.model_source import lora_rank
from resources.engines.openai import OpenAIEngine
from resources.engines.server_watch import Plan
from resources.engines.shared_server import SharedServer, told_to_stop
from resources.engines.spec import OpenAISpec, VllmServerSpec
from resources.engines.vllm_child import interpreter
from resources.engines.vllm_model import VllmModelEngine, asking, sample_seed
from resources.ids import text_id

PROGRAM = Path(__file__).parent / "in_vllm" / "serve.py"

DEATHS = 3
"""Times that the server may die in a row without an answer between, before it is given up."""

NEUTRAL = dict.fromkeys(("repetition_penalty", "temperature", "top_k", "top_p", "min_p", "max_new_tokens"))
"""What a model's own generation_config.json would put where a request says nothing: sampling is the recipe's."""


class VllmServerEngine(VllmModelEngine):
    """`spec` says which model and how it computes; `state` is the folder of the leases of this machine."""

    def __init__(
        self, spec: VllmServerSpec, deployment: VllmDeployment, openai: OpenAIDeployment, *, state: Path
    ) -> None:
        super().__init__(spec)
        self.deployment = deployment
        self.openai = openai
        self.state = state
        self._server: SharedServer | None = None

    @property
    def name(self) -> str:
        """vllm_server."""
        return "vllm_server"

    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        """See `Engine`. When the server dies it is started again and asked what it has not answered."""
        sensible, senseless = asking(requests)
        if senseless.height:
            yield senseless
        open_rows = sensible.with_columns(sample_seed())  # the server knows seeds but no samples
        deaths = 0
        while open_rows.height:
            server = self._shared()
            lease = server.lease()
            answered: set[str] = set()
            try:
                for frame in self._engine(lease).complete(open_rows, sampling):
                    # an error of a server that is gone is none of the row's
                    settled = frame if server.alive else frame.filter(pl.col("finish_reason") != "error")
                    answered.update(settled["key"])
                    yield settled
                    if not server.alive:
                        break
            except EngineUnavailable as error:
                if server.alive:
                    raise EngineUnavailable(server.explain(str(error))) from error
            open_rows = open_rows.filter(~pl.col("key").is_in(answered))
            deaths = 0 if answered else deaths + 1
            if open_rows.height:
                self._after_death(server, deaths)

    def __exit__(self, *_: object) -> None:
        """Be no longer among the server's users; it stays for the next for `idle_s`."""
        server, self._server = self._server, None
        if server is not None:
            server.leave()

    def _after_death(self, server: SharedServer, deaths: int) -> None:
        lease = server.file.read()
        if told_to_stop(lease):
            raise EngineUnavailable(
                f"the server of model {self.spec.model!r} was stopped by `seedline engine stop`; what it had "
                "answered is kept, run again for the rest"
            )
        if deaths >= DEATHS:
            why = (lease.reason if lease is not None else None) or "its watch process was killed"
            raise EngineUnavailable(
                server.explain(
                    f"the server of model {self.spec.model!r} died {deaths} times without an answer: {why}"
                )
            )

    def _shared(self) -> SharedServer:
        if self._server is None:
            self._server = SharedServer(self._plan(), self.state)
        return self._server

    def _engine(self, lease: Lease) -> OpenAIEngine:
        spec = OpenAISpec(model=served_name(lease.digest), form=self.spec.form)
        here = {"base_url": f"{lease.url}/v1", "api_key": SecretStr(lease.key)}
        # limits that a provider sets do not hold for a server of our own
        unlimited = {"requests_per_minute": None, "tokens_per_minute": None}
        return OpenAIEngine(spec, self.openai.model_copy(update=here | unlimited))

    def _plan(self) -> Plan:
        devices = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        machine = self.deployment.model_dump(mode="json", exclude={"load_timeout_s", "idle_s"})
        digest = text_id(json.dumps([self.identity(), self.spec.model, machine, devices], sort_keys=True))
        return Plan(
            digest=digest,
            name=self.spec.model,
            command=[interpreter(self.deployment), str(PROGRAM), *self._arguments(served_name(digest))],
            memory_share=self.deployment.memory_share,
            devices=devices,
            idle_s=self.deployment.idle_s,
            load_timeout_s=self.deployment.load_timeout_s,
            key=secrets.token_urlsafe(24),
            environment={
                "VLLM_API_KEY": "{key}"
            },  # not among the arguments, which every user of the machine sees
        )

    def _arguments(self, served: str) -> list[str]:
        """Of `vllm serve`, for this model."""
        spec, machine = self.spec, self.deployment
        settings: dict[str, object] = {
            "host": "127.0.0.1",
            "port": "{port}",
            "served-model-name": served if spec.lora is None else f"{served}-without-adapter",
            "uvicorn-log-level": "warning",
            "dtype": spec.dtype,
            "override-generation-config": json.dumps(NEUTRAL),
            "gpu-memory-utilization": machine.memory_share,
            "tensor-parallel-size": machine.tensor_parallel,
        }
        if spec.revision is not None:
            settings |= {"revision": spec.revision, "tokenizer-revision": spec.revision}
        if spec.quantization is not None:
            settings["quantization"] = spec.quantization
        if spec.context is not None:
            settings["max-model-len"] = spec.context
        if machine.tensor_parallel == 1:
            settings["distributed-executor-backend"] = "uni"
        if spec.lora is not None:
            settings |= {"max-lora-rank": lora_rank(spec.lora), "lora-modules": f"{served}={spec.lora}"}
        flags = ["--enable-prefix-caching"]
        flags += ["--enforce-eager"] * machine.eager + ["--enable-lora"] * (spec.lora is not None)
        pairs = [part for name, value in settings.items() for part in (f"--{name}", str(value))]
        return [spec.model, *flags, *pairs]


def served_name(digest: str) -> str:
    """Not the model's name but the server's: an answer can come from no other one."""
    return f"seedline-{digest[:12]}"
