"""Where a model comes from: whether its folder is one, and the revision by which cache keys know it.

For engines that load checkpoints; nothing is loaded here. What a model folder holds is in `resources/model_folder`.
"""

import json
from pathlib import Path

from resources.engines.base import EngineUnavailable
from resources.engines.spec import VllmModel
from resources.model_folder import model_digest

LORA_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""Largest ranks of an adapter that vLLM can be set to."""


def check_model(model: str) -> None:
    """Raise `EngineUnavailable` where `model` can only be a folder and is none, or one without a model.

    A hub id is taken as it is: whether it is there shows when its revision is asked for.
    """
    folder = Path(model)
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise EngineUnavailable(f"model {model!r}: the folder has no config.json, so it holds no model")
    elif model.startswith((".", "/", "~")) or model.count("/") > 1:
        raise EngineUnavailable(
            f"model {model!r}: no such folder; give a folder with a Hugging Face model, or the id of one on the hub"
        )


def check_adapter(folder: str) -> None:
    """Raise `EngineUnavailable` where `folder` holds no LoRA adapter."""
    if not (Path(folder) / "adapter_config.json").is_file():
        raise EngineUnavailable(
            f"lora {folder!r}: no such folder, or none with an adapter_config.json; give what PEFT saved"
        )


def lora_rank(folder: str) -> int:
    """The smallest of vLLM's largest ranks that the adapter in `folder` fits."""
    check_adapter(folder)
    file = Path(folder) / "adapter_config.json"
    try:
        rank = int(json.loads(file.read_text(encoding="utf-8"))["r"])
    except (ValueError, TypeError, KeyError) as error:
        raise EngineUnavailable(f"lora {str(file)!r}: no rank `r` in it; give what PEFT saved") from error
    fitting = [most for most in LORA_RANKS if most >= rank]
    if not fitting:
        raise EngineUnavailable(f"lora {folder!r} has rank {rank}; vLLM takes {LORA_RANKS[-1]} at most")
    return fitting[0]


def model_name(model: str) -> str:
    """As rows and cache keys give it: `local` for a folder, whose name says nothing about the answers."""
    return "local" if Path(model).is_dir() else model


def model_revision(model: str, revision: str | None) -> str:
    """A digest of the files of a local folder, or the commit that `revision` of a hub model stands for."""
    folder = Path(model)
    return model_digest(folder) if folder.is_dir() else hub_commit(model, revision)


def hub_commit(name: str, revision: str | None) -> str:
    """The commit that `revision` of a hub model stands for; only its small config file is fetched."""
    try:
        from transformers import AutoConfig

        config = AutoConfig.from_pretrained(name, revision=revision)
    except ImportError as error:
        raise EngineUnavailable(f"{error}; this engine needs: pip install 'seedline[train]'") from error
    except (OSError, ValueError) as error:
        raise EngineUnavailable(
            f"model {name!r} is neither a folder nor to be had from the hub ({str(error).splitlines()[0]})"
        ) from error
    return str(getattr(config, "_commit_hash", None) or revision or "main")


def vllm_identity(engine: str, spec: VllmModel) -> dict[str, str]:
    """What the answers of a vLLM engine depend on, as `Engine.identity` gives it; the adapter by its files."""
    check_model(spec.model)
    known = {
        "engine": engine,
        "model": model_name(spec.model),
        "revision": model_revision(spec.model, spec.revision),
        "dtype": spec.dtype,
    }
    if spec.quantization is not None:
        known["quantisation"] = spec.quantization
    if spec.context is not None:
        known["context"] = str(spec.context)
    if spec.lora is not None:
        check_adapter(spec.lora)
        known["lora"] = model_digest(Path(spec.lora))
    return known
