"""What the tests of engines share: a tiny model made on the spot, and the environment that has vLLM."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from resources.engines.lease import lease_files
from resources.engines.shared_server import stop

CONTEXT = 128


def babbler(folder: Path, **shape: int) -> Path:
    """`folder` with an untrained model of 320 tokens and two layers: it babbles, which is enough."""
    torch = pytest.importorskip("torch", reason="making a model needs the extra `train`")
    from resources.trainer.base import TinyModel
    from resources.trainer.tiny_model import make_model, make_tokenizer

    settings = TinyModel.model_validate({"vocabulary": 320, "layers": 2, "heads": 2, **shape})
    tokenizer = make_tokenizer([f"def add(x):\n    return x + {n}  # é\n" for n in range(50)], settings)
    model = make_model(tokenizer, settings)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(6.0)  # drawn weights are so small that every token is as likely as any other
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def end_servers(state: Path) -> None:
    """End every server that was leased in `state`."""
    for file in lease_files(state):
        lease = file.read()
        assert lease is not None
        stop(lease)


@pytest.fixture(scope="session")
def tiny_llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained model whose heads have a size that vLLM runs."""
    folder = tmp_path_factory.mktemp("model") / "babbler"
    return babbler(folder, hidden_size=64, intermediate_size=128, context=CONTEXT)


@pytest.fixture(scope="session")
def same_text() -> Callable[[pl.Series, pl.Series], pl.Series]:
    """Which texts of vLLM are another engine's; of a character that is cut at the end, vLLM gives nothing."""
    return lambda mine, theirs: mine.str.strip_chars_end("\ufffd") == theirs.str.strip_chars_end("\ufffd")


@pytest.fixture(scope="session")
def vllm_python() -> Iterator[Path]:
    """The interpreter of an environment that has vLLM; its start is as short as it can be on a CPU."""
    named = os.environ.get("SEEDLINE_ENGINES__VLLM__PYTHON")
    python = Path(named) if named else Path(__file__).parents[3] / ".venv-vllm" / "bin" / "python"
    if not python.is_file():
        pytest.skip(f"no vLLM: {python} is not there; `make vllm` makes it")
    # one process less to start, and no thread bound to a core that other tests may be using
    settings = {"VLLM_ENABLE_V1_MULTIPROCESSING": "0", "VLLM_CPU_OMP_THREADS_BIND": "nobind"}
    settings |= {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    yield python
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
