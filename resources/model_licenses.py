"""The license of a model: what stands in its folder's card, or is known of the models that the recipes name."""

from pathlib import Path

import yaml

KNOWN = {
    "bigcode/starcoder2-15b": "bigcode-openrail-m",
    "codellama/CodeLlama-7b-hf": "llama2",
    "codellama/CodeLlama-7b-Python-hf": "llama2",
    "codellama/CodeLlama-13b-hf": "llama2",
    "codellama/CodeLlama-34b-hf": "llama2",
    "codellama/CodeLlama-34b-Python-hf": "llama2",
    "deepseek-ai/deepseek-coder-6.7b-base": "deepseek-license",
}
"""By hub id, as the models' own cards name them; the shipped recipes name these."""

HUB_LICENSES = frozenset(
    (
        *("apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0"),
        *("gpl-3.0", "lgpl-3.0", "agpl-3.0", "mpl-2.0", "unlicense", "isc"),
        *("openrail", "bigcode-openrail-m", "bigscience-openrail-m", "creativeml-openrail-m"),
        *("llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "gemma"),
    )
)
"""Identifiers of licenses that the hub knows; another is `other`, with its name beside it."""


def license_of(model: str, folder: Path | None = None) -> str | None:
    """The license of `model` (hub id or folder's name), which lies in `folder` where it is here; None: unknown."""
    if folder is not None:
        try:
            _, head, _ = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
            said = yaml.safe_load(head)
        except (OSError, ValueError, yaml.YAMLError):
            said = None
        if isinstance(said, dict) and isinstance(said.get("license"), str):
            name = said["license"]
            return str(said.get("license_name") or name) if name == "other" else name
    return KNOWN.get(model)
