"""New dumps: noticed once, when complete, through the definitions that the settings make."""

import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest

from pipeline_defs.configuration.settings import Settings
from pipeline_defs.definitions import build_defs
from pipeline_defs.graph.partitions import CORPUS_DUMPS
from pipeline_defs.operating.sensors import complete_dumps_on_s3
from pipeline_defs.recipes.model import load_recipe
from resources.corpus_source.base import SourceError
from tests.pipeline_defs.conftest import FILES, write_dump


@pytest.fixture(autouse=True)
def no_settings_of_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test says is set."""
    (tmp_path / "seedline.toml").write_text('recipes = ["demo"]\n', encoding="utf-8")
    monkeypatch.setenv("SEEDLINE_CONFIG", str(tmp_path / "seedline.toml"))


def definitions(home: Path, dumps: Mapping[str, object], **more: object) -> dg.Definitions:
    settings = Settings.model_validate({"home": home, "dumps": dumps, **more})
    return build_defs(settings, recipes=[load_recipe("demo")])


def dump(folder: Path, name: str, *, complete: bool = True) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "part-0.jsonl").write_text("{}\n")
    if complete:
        (folder / name / "_SUCCESS").touch()


def tick(
    defs: dg.Definitions, name: str, instance: dg.DagsterInstance, *, cursor: str | None = None
) -> dg.SensorResult:
    """One evaluation, and what the daemon would do with it: partitions are added or taken away, runs are queued."""
    resources = {key: value for key, value in (defs.resources or {}).items() if key == "s3"}
    with dg.build_sensor_context(
        instance=instance, definitions=defs, resources=resources, cursor=cursor
    ) as context:
        found = defs.resolve_sensor_def(name)(context)
    assert isinstance(found, dg.SensorResult)
    for request in found.dynamic_partitions_requests or ():
        if isinstance(request, dg.AddDynamicPartitionsRequest):
            instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
        else:
            for key in request.partition_keys:
                instance.delete_dynamic_partition(request.partitions_def_name, key)
    for name in asked_for(found):
        tags = {"dagster/partition": name}
        started = dg.DagsterRunStatus.NOT_STARTED
        instance.add_run(
            dg.DagsterRun("read_corpus_dump", run_id=str(uuid.uuid4()), tags=tags, status=started)
        )
    return found


def asked_for(found: dg.SensorResult) -> list[str]:
    return [str(request.partition_key) for request in found.run_requests or ()]


def end_runs(instance: dg.DagsterInstance) -> None:
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.NOT_STARTED])):
        instance.report_run_failed(run)


def said(found: dg.SensorResult) -> str:
    return found.skip_reason.skip_message or "" if found.skip_reason else ""


def read(defs: dg.Definitions, instance: dg.DagsterInstance, name: str) -> bool:
    """The run that the sensor asked for."""
    job = defs.resolve_job_def("read_corpus_dump")
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return job.execute_in_process(
        instance=instance, partition_key=name, raise_on_error=False, run_config=quiet
    ).success


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dumps").mkdir()
    return tmp_path / "dumps"


@pytest.mark.slow(seconds=1)
def test_a_complete_dump_is_asked_for_once(tmp_path: Path, folder: Path) -> None:
    defs = definitions(tmp_path, {"folder": folder})
    instance = dg.DagsterInstance.ephemeral()
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == []
    dump(folder, "2026-02")
    dump(folder, "2026-01")
    dump(folder, "2026-03", complete=False)
    (folder / "_SUCCESS").touch()  # the folder's own marker is no dump
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == ["2026-01", "2026-02"]
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == []
    (folder / "2026-03" / "_SUCCESS").touch()
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == ["2026-03"]
    assert instance.get_dynamic_partitions(CORPUS_DUMPS.name or "") == ["2026-01", "2026-02", "2026-03"]


NO_TEXT = os.fsdecode(b"no\xfftext")
TOO_LONG = "n" * 201


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize(
    ("name", "shown", "why"),
    [
        (NO_TEXT, "no\\udcfftext", "must be text in UTF-8: rename it"),
        (TOO_LONG, TOO_LONG, "must not be longer than 200 bytes, and this has 201: rename it"),
    ],
)
def test_a_dump_that_cannot_have_its_name_is_never_read_and_holds_nobody_up(
    tmp_path: Path, folder: Path, name: str, shown: str, why: str
) -> None:
    defs = definitions(tmp_path, {"folder": folder})
    instance = dg.DagsterInstance.ephemeral()
    longest = "n" * 200
    for one in (name, longest, "new\nline", "50%41 \u2014 \U0001f331"):
        write_dump(folder / one, FILES)
    found = tick(defs, "new_dumps_in_folder", instance)
    assert asked_for(found) == sorted([longest, "new\nline", "50%41 \u2014 \U0001f331"])
    (check,) = found.asset_events
    assert isinstance(check, dg.AssetCheckEvaluation) and not check.passed
    assert list(check.metadata) == [shown] and why in str(check.metadata[shown].value)
    assert read(defs, instance, longest)  # the longest name fits the files of a try, too
    end_runs(instance)
    again = tick(defs, "new_dumps_in_folder", instance, cursor=found.cursor)
    assert name not in asked_for(again) and longest not in asked_for(again) and not again.asset_events


@pytest.mark.slow(seconds=4)
def test_a_bad_dump_is_no_partition_is_shown_tried_again_and_read_when_it_changes(
    tmp_path: Path, folder: Path
) -> None:
    defs = definitions(tmp_path, {"folder": folder})
    instance = dg.DagsterInstance.ephemeral()
    name = CORPUS_DUMPS.name or ""
    write_dump(folder / "good", FILES)
    write_dump(folder / "bad", FILES)
    lines = (folder / "bad" / "part-0.jsonl").read_bytes()
    (folder / "bad" / "part-0.jsonl").unlink()
    (folder / "bad" / "part-0.parquet").write_bytes(lines)
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == ["bad", "good"]
    end_runs(instance)
    assert read(defs, instance, "good") and not read(defs, instance, "bad")
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == ["bad"]  # once more
    end_runs(instance)
    assert not read(defs, instance, "bad")
    found = tick(defs, "new_dumps_in_folder", instance)
    assert asked_for(found) == [] and "bad (" in said(found) and "part-0.parquet" in said(found)
    (shown,) = found.asset_events
    assert shown.asset_key == dg.AssetKey("corpus_dump") and not shown.passed
    assert instance.get_dynamic_partitions(name) == ["good"]
    again = tick(defs, "new_dumps_in_folder", instance, cursor=found.cursor)
    assert asked_for(again) == [] and not again.asset_events  # said once
    (folder / "bad" / "part-0.parquet").rename(folder / "bad" / "part-0.jsonl")
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == ["bad"]
    end_runs(instance)
    assert read(defs, instance, "bad")
    assert said(tick(defs, "new_dumps_in_folder", instance)) == "no new dump; 2 known"
    assert sorted(instance.get_dynamic_partitions(name)) == ["bad", "good"]


def test_a_dump_without_its_source_stays_and_another_instance_finds_it(tmp_path: Path, folder: Path) -> None:
    defs = definitions(
        tmp_path, {"folder": folder, "named": {"ours": {"kind": "directory", "path": str(tmp_path / "code")}}}
    )
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text("x = 1\n")
    instance = dg.DagsterInstance.ephemeral()
    assert asked_for(tick(defs, "named_dumps", instance)) == ["ours"]
    end_runs(instance)
    assert read(defs, instance, "ours")
    assert asked_for(tick(defs, "named_dumps", instance)) == []
    (tmp_path / "code" / "a.py").write_text("x = 2\n")
    assert asked_for(tick(defs, "named_dumps", instance)) == ["ours"]  # its source changed
    shutil.rmtree(tmp_path / "code")
    fresh = dg.DagsterInstance.ephemeral()
    found = tick(defs, "named_dumps", fresh)
    assert said(found) == "no new dump; 1 known"
    assert fresh.get_dynamic_partitions(CORPUS_DUMPS.name or "") == ["ours"]
    (known,) = found.asset_events
    assert isinstance(known, dg.AssetMaterialization) and known.partition == "ours"


def test_a_dump_is_forgotten_until_it_changes_or_somebody_asks(tmp_path: Path, folder: Path) -> None:
    defs = definitions(tmp_path, {"folder": folder})
    instance = dg.DagsterInstance.ephemeral()
    write_dump(folder / "2026-01", FILES)
    tick(defs, "new_dumps_in_folder", instance)
    end_runs(instance)
    assert read(defs, instance, "2026-01")

    def manage(action: str) -> None:
        config = {"ops": {"look_after_dump": {"config": {"dump": "2026-01", "action": action}}}}
        assert defs.resolve_job_def("manage_dump").execute_in_process(config, instance=instance).success

    manage("forget")
    assert instance.get_dynamic_partitions(CORPUS_DUMPS.name or "") == []
    assert not list((tmp_path / "store").rglob("corpus_dump*/**/*.parquet"))
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == []
    manage("retry")
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == ["2026-01"]


@pytest.mark.parametrize("action", ["forget", "retry"])
@pytest.mark.parametrize("name", ["2026-10", "..", "2026-01/..", NO_TEXT])
def test_the_job_refuses_a_dump_that_is_not_there(
    tmp_path: Path, folder: Path, name: str, action: str
) -> None:
    defs = definitions(tmp_path, {"folder": folder})
    instance = dg.DagsterInstance.ephemeral()
    write_dump(folder / "2026-01", FILES)
    config = {"ops": {"look_after_dump": {"config": {"dump": name, "action": action}}}}
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    job = defs.resolve_job_def("manage_dump")
    done = job.execute_in_process({**config, **quiet}, instance=instance, raise_on_error=False)
    assert not done.success
    assert not list((tmp_path / "store").rglob("*.json"))  # no record of it


def test_the_run_is_that_of_the_corpus_dump_alone(tmp_path: Path, folder: Path) -> None:
    defs = definitions(tmp_path, {"folder": folder})
    dump(folder, "2026-01")
    instance = dg.DagsterInstance.ephemeral()
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == ["2026-01"]
    job = defs.resolve_job_def(defs.resolve_sensor_def("new_dumps_in_folder").job_name)
    assert job.asset_layer.executable_asset_keys == {dg.AssetKey("corpus_dump")}
    assert job.partitions_def == CORPUS_DUMPS


@pytest.mark.parametrize("name", ["a|b", "a,b", "a[1]"])
def test_names_that_cannot_be_partitions_are_named_and_do_not_stop_the_others(
    tmp_path: Path, folder: Path, name: str
) -> None:
    defs = definitions(tmp_path, {"folder": folder})
    instance = dg.DagsterInstance.ephemeral()
    dump(folder, name)
    dump(folder, "2026-01")
    found = tick(defs, "new_dumps_in_folder", instance)
    assert asked_for(found) == ["2026-01"]
    (shown,) = found.asset_events
    assert not shown.passed and "rename" in str(shown.metadata)


def test_a_watched_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    defs = definitions(tmp_path, {"folder": tmp_path / "nowhere"})
    with pytest.raises(SourceError, match=r"nowhere is not there \(setting dumps.folder\)"):
        tick(defs, "new_dumps_in_folder", dg.DagsterInstance.ephemeral())


def test_nothing_is_watched_unless_the_settings_say_so(tmp_path: Path) -> None:
    names = {sensor.name for sensor in definitions(tmp_path, {}).sensors or ()}
    assert names == {"rebuild_when_inputs_change", "end_lost_runs"}


@pytest.mark.slow(seconds=5)
def test_complete_dumps_on_s3_are_asked_for_once(tmp_path: Path, s3_server) -> None:
    bucket = s3_server.create_bucket("watched-dumps")
    client = s3_server.client()

    def put(key: str) -> None:
        client.put_object(Bucket="watched-dumps", Key=key, Body=b"")

    s3 = {"endpoint_url": s3_server.endpoint_url, "region": s3_server.region}
    defs = definitions(tmp_path, {"s3_prefix": f"{bucket}/corpora"}, s3=s3)
    instance = dg.DagsterInstance.ephemeral()
    assert asked_for(tick(defs, "new_dumps_on_s3", instance)) == []
    for key in (
        "corpora/2026-02/data.parquet",
        "corpora/almost/data.parquet",
        "corpora/unfinished/data.parquet",
        "corpora/2026-02/_SUCCESS",
        "corpora/2026-01/deep/data.parquet",
        "corpora/2026-01/_SUCCESS",
        "corpora/almost/_SUCCESS.tmp",
        "corpora/nested/2026-09/_SUCCESS",
        "elsewhere/2026-07/_SUCCESS",
        "corpora/_SUCCESS",
    ):
        put(key)
    assert asked_for(tick(defs, "new_dumps_on_s3", instance)) == ["2026-01", "2026-02"]
    assert asked_for(tick(defs, "new_dumps_on_s3", instance)) == []
    put("corpora/unfinished/_SUCCESS")
    assert asked_for(tick(defs, "new_dumps_on_s3", instance)) == ["unfinished"]


def test_a_whole_bucket_may_be_watched_past_one_page_of_the_listing(s3_server) -> None:
    bucket = s3_server.create_bucket("watched-bucket")
    client = s3_server.client()
    for number in range(5):
        client.put_object(Bucket="watched-bucket", Key=f"d{number}/_SUCCESS", Body=b"")

    class SmallPages:
        """The same client with pages of two names, as if there were thousands."""

        list_objects_v2 = staticmethod(client.list_objects_v2)

        @staticmethod
        def get_paginator(name: str):
            paginator = client.get_paginator(name)

            class Pages:
                @staticmethod
                def paginate(**arguments: object):
                    return paginator.paginate(**arguments, PaginationConfig={"PageSize": 2})

            return Pages

    for address in (bucket, f"{bucket}/"):
        assert complete_dumps_on_s3(SmallPages, address, ["d1"]) == ["d0", "d2", "d3", "d4"]
