"""A training's own memory on this machine, for `test_size.py`: `python -m …measured_memory JSON` prints bytes.

Peak resident memory of two steps of the real loop, without what the process had before the model was made.
"""

import json
import resource
import sys
from pathlib import Path

import numpy as np

from resources.trainer.base import TinyModel, TrainingSettings, silent
from resources.trainer.loop import run_loop
from resources.trainer.tokens import TokenRow


def resident() -> int:
    """Bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * resource.getpagesize()


def most_resident() -> int:
    """The most bytes that were; of this program alone, where `ru_maxrss` begins with those of who started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def main(given: str) -> None:
    """Trains a model of random weights on random tokens; prints bytes."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    from transformers.optimization import Adafactor  # noqa: F401 - its import is no part of the training

    torch.set_num_threads(1)
    wanted = json.loads(given)
    shape, settings = TinyModel(**wanted["shape"]), TrainingSettings(**wanted["training"])
    torch.nn.functional.linear(torch.ones(4, 4), torch.ones(4, 4)).sum()
    before = resident()
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=shape.vocabulary,
            hidden_size=shape.hidden_size,
            intermediate_size=shape.intermediate_size,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            max_position_embeddings=shape.context,
            tie_word_embeddings=True,
            dtype="bfloat16" if settings.precision == "bfloat16" else "float32",
        )
    )
    if settings.precision == "bfloat16":
        model = model.to(torch.bfloat16)
    draw = np.random.default_rng(0)
    rows = [
        [TokenRow(draw.integers(3, shape.vocabulary, settings.sequence_length), 1)]
        for _ in range(2 * settings.batch_size)
    ]
    run_loop(model, rows, settings, pad_token=0, phase="measured", on_progress=silent)
    print(most_resident() - before)


if __name__ == "__main__":
    main(sys.argv[1])
