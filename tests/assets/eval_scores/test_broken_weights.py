"""A model folder that is not what was trained is named before anything is evaluated, and trained again."""

from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.eval_scores.asset import whole_model
from resources.model_folder import write_manifest
from resources.parquet_store import ParquetStore, StoreWatch, TableAddress
from resources.storage import Storage
from resources.trainer.resource import TrainerResource

CHECKPOINT = TableAddress.of(("demo", "checkpoint"))


def test_flipped_weights_stop_the_evaluation_and_make_the_checkpoint_stale(tmp_path: Path) -> None:
    store = ParquetStore(Storage(tmp_path / "store"))
    frame = pl.DataFrame({"checkpoint_id": ["c"]})
    store.commit(CHECKPOINT, store.stage(CHECKPOINT, frame, frame.schema))
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(bytes(1000))
    write_manifest(folder, {"model_id": "c"})
    trainer = TrainerResource(models=str(tmp_path))
    assert whole_model(store, CHECKPOINT, lambda: trainer.fetched(str(folder))) == folder
    (folder / "model.safetensors").write_bytes(bytes(999) + b"\1")
    with pytest.raises(dg.Failure, match=r"model\.safetensors"):
        whole_model(store, CHECKPOINT, lambda: trainer.fetched(str(folder)))
    facts = StoreWatch(store).look().facts(CHECKPOINT)
    assert facts is not None and "model.safetensors" in facts.damage
