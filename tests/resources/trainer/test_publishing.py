"""Models published to a real S3 server, and fetched: whole, or with a clear error."""

from pathlib import Path

import pytest

from resources.model_folder import (
    MANIFEST,
    BrokenModelFolder,
    check_against_manifest,
    file_hashes,
    model_digest,
    read_manifest,
    write_manifest,
)
from resources.trainer.publishing import fetch_model, publish_model
from resources.trainer.resource import TrainerResource
from resources.whole_files import put_folder_in_place


def model(folder: Path, weights: bytes = b"weights", model_id: str = "one") -> Path:
    (folder / "parts").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "parts" / "config.json").write_text("{}")
    (folder / "training.json").write_text('{"seconds": 1}')
    write_manifest(folder, {"model_id": model_id})
    return folder


@pytest.fixture
def address(s3_server, tmp_path: Path) -> str:
    bucket = "models-" + tmp_path.name.replace("_", "-").lower()[-40:].strip("-")
    return s3_server.create_bucket(bucket) + "/all/one"


def test_published_model_comes_back_the_same(address: str, tmp_path: Path):
    source = model(tmp_path / "source")
    assert publish_model(source, address) == address
    fetched = fetch_model(address, tmp_path / "fetched")
    assert read_manifest(fetched) == read_manifest(source)
    assert model_digest(fetched) == model_digest(source)
    assert (fetched / "training.json").read_bytes() == (source / "training.json").read_bytes()
    assert fetch_model(address, tmp_path / "fetched") == fetched
    assert not list(tmp_path.glob(".*partial"))


@pytest.mark.slow(seconds=2)
def test_publishing_again_replaces_another_model_and_leaves_nothing_of_it(address: str, tmp_path: Path):
    old = model(tmp_path / "old")
    (old / "extra.bin").write_bytes(b"more")
    write_manifest(old, {"model_id": "old"})
    publish_model(old, address)
    fetch_model(address, tmp_path / "fetched")
    publish_model(model(tmp_path / "new", b"others"), address)
    fetched = fetch_model(address, tmp_path / "fetched")
    assert (fetched / "model.safetensors").read_bytes() == b"others"
    assert not (fetched / "extra.bin").exists()


def test_half_a_model_is_neither_published_nor_fetched(address: str, tmp_path: Path, s3_server):
    source = model(tmp_path / "source")
    publish_model(source, address)
    (source / "model.safetensors").unlink()
    with pytest.raises(BrokenModelFolder, match=r"model\.safetensors: missing"):
        publish_model(source, address)
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    s3_server.client().put_object(Bucket=bucket, Key=f"{prefix}/model.safetensors", Body=b"other")
    with pytest.raises(BrokenModelFolder, match="not the file that was written"):
        fetch_model(address, tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


def test_nothing_there_is_said(address: str, tmp_path: Path):
    with pytest.raises(BrokenModelFolder, match=MANIFEST):
        fetch_model(address, tmp_path / "fetched")


def test_a_published_model_is_there_for_a_machine_that_has_it_not(address: str, tmp_path: Path, s3_server):
    models = {"models": address, "endpoint_url": s3_server.endpoint_url, "region": s3_server.region}
    first, second = (TrainerResource(here=str(tmp_path / name), **models) for name in ("first", "second"))
    made = model(first.folder("one"))
    assert not second.folder("one").exists()
    assert first.publish("one") == f"{address}/one"
    assert model_digest(second.folder("one")) == model_digest(made)
    assert second.fetched(f"{address}/one") == second.folder("one") == tmp_path / "second" / "one"


def test_digest_is_of_the_model_and_not_of_its_training_record(tmp_path: Path):
    first, second = model(tmp_path / "a", model_id="a"), model(tmp_path / "b", model_id="b")
    (second / "training.json").write_text('{"seconds": 2}')
    assert model_digest(first) == model_digest(second)
    assert sorted(file_hashes(first)) == ["model.safetensors", "parts/config.json"]
    assert model_digest(model(tmp_path / "c", b"other")) != model_digest(first)


def test_unexpected_file_is_found(tmp_path: Path):
    folder = model(tmp_path / "a")
    (folder / "added.json").write_text("{}")
    with pytest.raises(BrokenModelFolder, match=r"added\.json"):
        check_against_manifest(folder)


def test_folder_is_replaced_in_one_step(tmp_path: Path):
    old, new = model(tmp_path / "target", b"old"), model(tmp_path / "partial", b"new")
    put_folder_in_place(new, old)
    assert (old / "model.safetensors").read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["target"]
