"""What vLLM's own words mean: from the log of a process that failed, what happened and what to do.

Shared by the engine of offline batches and the managed server; both append the log's last lines.
"""

import re
from pathlib import Path

LAST_LINES = 12

MEANINGS: tuple[tuple[str, str], ...] = (
    (
        r"No module named 'vllm'|No module named vllm",
        "its environment has no vLLM: pip install 'seedline[vllm]', or set engines.vllm.python "
        "(SEEDLINE_ENGINES__VLLM__PYTHON) to the interpreter of one that has",
    ),
    (
        r"less than desired (GPU|CPU) memory utilization|is less than desired",
        "less memory is free than engines.vllm.memory_share asks for: lower it, or end what else uses it "
        "(`seedline engine status` shows servers of this machine)",
    ),
    (
        r"KV cache is needed|No available memory for the cache blocks|larger than the (maximum|available) KV cache"
        r"|larger than the maximum number of tokens that can be stored",
        "the memory holds the model but not one full context: set a smaller `context` in the recipe's engine, or a "
        "larger engines.vllm.memory_share",
    ),
    (
        r"OutOfMemoryError|out of memory|Cannot allocate memory|CUDA error: out of memory",
        "the memory is full: lower engines.vllm.memory_share, raise tensor_parallel, or end what else uses it",
    ),
    (
        r"greater than the derived max_model_len",
        "the recipe's engine asks for a larger `context` than the model has been trained for",
    ),
    (
        r"are not supported for now|not supported for now|Model architectures .* failed to be inspected",
        "this vLLM cannot run models of that kind",
    ),
    (
        r"[Uu]nknown quantization method|Quantization method .* does not match|not supported for the current GPU",
        "the `quantization` of the recipe's engine does not fit the model, or this GPU",
    ),
    (
        r"must be divisible by|cannot be divided",
        "the model cannot be split over engines.vllm.tensor_parallel GPUs",
    ),
)
"""Patterns in vLLM's log, and what each means to whoever runs the pipeline; the first that is found counts."""

NOISE = re.compile(r"^\s*(File \"|\^+|~+)|^\s*$|Traceback|resource_tracker|warnings\.warn")


def meaning(log: str) -> str | None:
    """What to do about a failure whose log this is; None for one that is not known."""
    return next((remedy for pattern, remedy in MEANINGS if re.search(pattern, log)), None)


def failure(said: str, log: str) -> str:
    """`said`, what is known about it, and the last lines of the log that say something."""
    known = meaning(f"{said}\n{log}")
    lines = [line.rstrip()[:300] for line in log.splitlines() if not NOISE.search(line)][-LAST_LINES:]
    parts = [said] + ([known] if known else [])
    return "; ".join(parts) + ("\nits last words:\n  " + "\n  ".join(lines) if lines else "")


def tail(path: Path, size: int = 65536) -> str:
    """The last `size` bytes of a log; empty where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - size))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
