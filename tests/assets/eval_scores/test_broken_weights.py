"""A model folder that is not what was trained is named before anything is evaluated, and trained again."""

from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.eval_scores.asset import refuse_broken_weights
from resources.model_folder import write_manifest
from resources.parquet_store import ParquetStore, StoreWatch, TableAddress
from resources.storage import Storage

CHECKPOINT = TableAddress.of(("demo", "checkpoint"))


def test_flipped_weights_stop_the_evaluation_and_make_the_checkpoint_stale(tmp_path: Path) -> None:
    store = ParquetStore(Storage(tmp_path / "store"))
    frame = pl.DataFrame({"checkpoint_id": ["c"]})
    store.commit(CHECKPOINT, store.stage(CHECKPOINT, frame, frame.schema))
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(bytes(1000))
    write_manifest(folder, {"model_id": "c"})
    refuse_broken_weights(store, CHECKPOINT, str(folder))
    refuse_broken_weights(store, CHECKPOINT, "s3://bucket/model")  # checked when it is fetched
    (folder / "model.safetensors").write_bytes(bytes(999) + b"\1")
    with pytest.raises(dg.Failure, match=r"model\.safetensors"):
        refuse_broken_weights(store, CHECKPOINT, str(folder))
    facts = StoreWatch(store).look().facts(CHECKPOINT)
    assert facts is not None and "model.safetensors" in facts.damage
