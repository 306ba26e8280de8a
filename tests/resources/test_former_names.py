"""What an earlier release wrote and users still have: columns, fields, settings and questions by former names."""

from pathlib import Path

import polars as pl
import pytest
import yaml
from pydantic import ValidationError

from assets.audit.questions import ask
from assets.checkpoint.identity import checkpoint_id
from assets.corpus_dump.table import TABLE as FILES
from assets.sft_dataset.table import TABLE as ROWS
from pipeline_defs.recipes.files import RecipeError, shipped_recipes
from pipeline_defs.recipes.model import load_recipe
from resources.corpus_source.settings import Dump
from resources.engines.model_source import vllm_identity
from resources.engines.spec import VllmSpec
from resources.parquet_store import ParquetStore, TableAddress
from resources.storage import Storage
from resources.trainer.base import TrainingSettings

TRAINING = {
    "epochs": 1,
    "learning_rate": 1e-3,
    "schedule": "linear",
    "batch_size": 4,
    "sequence_length": 64,
    "seed": 1,
}


def former_file(store: ParquetStore, address: TableAddress, frame: pl.DataFrame) -> None:
    path = Path(store.uri(address))
    path.parent.mkdir(parents=True)
    frame.rename({"license": "licence"}).write_parquet(path)


def a_row(table: pl.Schema, **values: object) -> pl.DataFrame:
    return pl.DataFrame([values], schema={name: table[name] for name in values}).select(
        [pl.col(n) if n in values else pl.lit(None, t).alias(n) for n, t in table.items()]
    )


def test_a_table_with_a_former_column_is_read_with_a_warning(tmp_path: Path) -> None:
    store = ParquetStore(Storage(tmp_path))
    address = TableAddress.of(("raw_corpus",), "python")
    former_file(store, address, a_row(FILES.schema, file_id="a", language="python", license="MIT"))
    with pytest.warns(FutureWarning, match=r"raw_corpus.*`licence` is called `license` now"):
        rows = store.scan(address).collect()
    assert rows.columns == FILES.schema.names()
    assert rows["license"].to_list() == ["MIT"]


def test_a_question_is_answered_over_files_of_both_releases_and_by_its_former_name(tmp_path: Path) -> None:
    store = ParquetStore(Storage(tmp_path))
    python, java = (TableAddress.of(("demo", "sft_dataset"), name) for name in ("python", "java"))
    row = a_row(ROWS.schema, sft_id="a", language="python", license="MIT", repo="r", file_id="f")
    former_file(store, python, row)
    store.commit(java, store.stage(java, row.with_columns(language=pl.lit("java")), ROWS.schema))
    with pytest.warns(FutureWarning, match="`licence_mix` is called `license_mix` now"):
        answer = ask("licence_mix", store, "demo")
    assert answer.select("license", "rows").rows() == [("MIT", 2)]


def test_a_recipe_with_former_fields_is_the_same_recipe(tmp_path: Path) -> None:
    content = yaml.safe_load(shipped_recipes()["demo"].read_text(encoding="utf-8"))
    content["checkpoint"]["training"]["optimiser"] = content["checkpoint"]["training"].pop("optimizer")
    path = tmp_path / "former.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.warns(FutureWarning, match="`optimiser` is called `optimizer` now"):
        assert load_recipe(str(path)) == load_recipe("demo")
    content["checkpoint"]["training"]["optimizer"] = "adamw"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(RecipeError, match=r"checkpoint.training: .*both are given"):
        load_recipe(str(path))


def test_the_same_training_is_still_the_same_checkpoint() -> None:
    training = TrainingSettings.model_validate({**TRAINING, "optimizer": "adafactor"})
    rows = pl.DataFrame({"sft_id": ["b", "a"]})
    assert checkpoint_id(rows, {"model": "m"}, training) == "530a998e4dedb9c7e4e8fae5aa08345b"


def test_what_a_quantized_model_answered_is_found_under_the_former_name(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.warns(FutureWarning, match="`quantisation` is called `quantization` now"):
        spec = VllmSpec.model_validate({"backend": "vllm", "model": str(tmp_path), "quantisation": "fp8"})
    assert spec.quantization == "fp8"
    assert vllm_identity("vllm", spec)["quantisation"] == "fp8"  # part of the row cache's keys


def test_a_dumps_own_column_is_named_by_the_former_name() -> None:
    with pytest.warns(FutureWarning, match="`licence` is called `license` now"):
        dump = Dump.model_validate({"path": "dump", "columns": {"licence": "terms"}})
    assert dump.columns == {"license": "terms"}
    with pytest.raises(ValidationError, match="both are given"):
        Dump.model_validate({"path": "dump", "columns": {"licence": "a", "license": "b"}})
