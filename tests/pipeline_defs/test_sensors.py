"""New dumps: noticed once, when complete, through the definitions that the settings make."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest

from pipeline_defs.definitions import build_defs
from pipeline_defs.partitions import CORPUS_DUMPS
from pipeline_defs.recipes.model import load_recipe
from pipeline_defs.sensors import complete_dumps_on_s3, requests_for
from pipeline_defs.settings import Settings
from resources.corpus_source.base import SourceError


def definitions(home: Path, dumps: Mapping[str, object], **more: object) -> dg.Definitions:
    settings = Settings.model_validate({"home": home, "dumps": dumps, **more})
    return build_defs(settings, recipes=[load_recipe("demo")])


def dump(folder: Path, name: str, *, complete: bool = True) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "part-0.jsonl").write_text("{}\n")
    if complete:
        (folder / name / "_SUCCESS").touch()


def tick(defs: dg.Definitions, name: str, instance: dg.DagsterInstance) -> dg.SensorResult | dg.SkipReason:
    """One evaluation, and what the daemon would do with it: the new partitions are added."""
    resources = {key: value for key, value in (defs.resources or {}).items() if key == "s3"}
    with dg.build_sensor_context(instance=instance, definitions=defs, resources=resources) as context:
        found = defs.resolve_sensor_def(name)(context)
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    if isinstance(found, dg.SensorResult):
        for request in found.dynamic_partitions_requests or ():
            instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
    return found


def asked_for(found: dg.SensorResult | dg.SkipReason) -> list[str]:
    if isinstance(found, dg.SkipReason):
        return []
    return [str(request.partition_key) for request in found.run_requests or ()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dumps").mkdir()
    return tmp_path / "dumps"


def test_a_complete_dump_is_asked_for_once(tmp_path: Path, folder: Path) -> None:
    defs = definitions(tmp_path, {"folder": folder})
    instance = dg.DagsterInstance.ephemeral()
    assert isinstance(tick(defs, "new_dumps_in_folder", instance), dg.SkipReason)
    dump(folder, "2026-02")
    dump(folder, "2026-01")
    dump(folder, "2026-03", complete=False)
    (folder / "_SUCCESS").touch()  # the folder's own marker is no dump
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == ["2026-01", "2026-02"]
    again = tick(defs, "new_dumps_in_folder", instance)
    assert isinstance(again, dg.SkipReason)
    assert again.skip_message == "no new dump; 2 known"
    (folder / "2026-03" / "_SUCCESS").touch()
    assert asked_for(tick(defs, "new_dumps_in_folder", instance)) == ["2026-03"]
    assert instance.get_dynamic_partitions(CORPUS_DUMPS.name or "") == ["2026-01", "2026-02", "2026-03"]


def test_the_run_is_that_of_the_corpus_dump_alone(tmp_path: Path, folder: Path) -> None:
    defs = definitions(tmp_path, {"folder": folder})
    dump(folder, "2026-01")
    instance = dg.DagsterInstance.ephemeral()
    found = tick(defs, "new_dumps_in_folder", instance)
    assert isinstance(found, dg.SensorResult) and found.run_requests
    assert found.run_requests[0].run_key == "corpus_dump/2026-01"
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
    with pytest.raises(dg.Failure, match="rename"):  # the good one is under way; the bad one is shown
        tick(defs, "new_dumps_in_folder", instance)


def test_a_watched_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    defs = definitions(tmp_path, {"folder": tmp_path / "nowhere"})
    with pytest.raises(SourceError, match=r"nowhere is not there \(setting dumps.folder\)"):
        tick(defs, "new_dumps_in_folder", dg.DagsterInstance.ephemeral())


def test_nothing_is_watched_unless_the_settings_say_so(tmp_path: Path) -> None:
    names = {sensor.name for sensor in definitions(tmp_path, {}).sensors or ()}
    assert names == {"rebuild_when_inputs_change"}


def test_requests_for_known_dumps_are_none() -> None:
    assert isinstance(requests_for([], []), dg.SkipReason)
    assert isinstance(requests_for(["a"], ["a", "b"]), dg.SkipReason)


def test_complete_dumps_on_s3_are_asked_for_once(tmp_path: Path, s3_server) -> None:
    bucket = s3_server.create_bucket("watched-dumps")
    client = s3_server.client()

    def put(key: str) -> None:
        client.put_object(Bucket="watched-dumps", Key=key, Body=b"")

    s3 = {"endpoint_url": s3_server.endpoint_url, "region": s3_server.region}
    defs = definitions(tmp_path, {"s3_prefix": f"{bucket}/corpora"}, s3=s3)
    instance = dg.DagsterInstance.ephemeral()
    assert isinstance(tick(defs, "new_dumps_on_s3", instance), dg.SkipReason)
    for key in (
        "corpora/2026-02/data.parquet",
        "corpora/2026-02/_SUCCESS",
        "corpora/2026-01/deep/data.parquet",
        "corpora/2026-01/_SUCCESS",
        "corpora/unfinished/data.parquet",
        "corpora/almost/_SUCCESS.tmp",
        "corpora/nested/2026-09/_SUCCESS",
        "elsewhere/2026-07/_SUCCESS",
        "corpora/_SUCCESS",
    ):
        put(key)
    assert asked_for(tick(defs, "new_dumps_on_s3", instance)) == ["2026-01", "2026-02"]
    assert isinstance(tick(defs, "new_dumps_on_s3", instance), dg.SkipReason)
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
