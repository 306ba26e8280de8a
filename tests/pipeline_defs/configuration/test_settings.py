"""Settings: read from environment and file, in that order; what is wrong is named with its place and remedy."""

import os
from pathlib import Path

import pytest

from assets.asking.asker import requests_frame
from pipeline_defs.configuration.settings import (
    DEMO_CONFIG_FILE,
    Settings,
    SettingsError,
    config_file,
    load_settings,
)
from pipeline_defs.graph.resources import build_resources
from resources.engines.base import Sampling
from resources.engines.spec import OpenAISpec
from tests.resources.engines.scripted_server import ScriptedServer


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder without settings, and no setting in the environment."""
    for name in [name for name in os.environ if name.startswith(("SEEDLINE_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str, name: str = "seedline.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_a_folder_without_settings_gets_the_demo() -> None:
    assert config_file() == DEMO_CONFIG_FILE
    settings = load_settings()
    assert settings.recipes == ["demo", "seedling_small"]
    assert list(settings.dumps.named) == ["installed-packages", "grammar"]


def test_places_follow_home_unless_they_are_named(tmp_path: Path) -> None:
    settings = Settings.model_validate({"home": tmp_path, "cache": "s3://bucket/cache"})
    assert settings.store_root == f"{tmp_path}/store"
    assert settings.cache_root == "s3://bucket/cache"
    assert settings.models_root == f"{tmp_path}/models"
    assert settings.dagster_home == tmp_path / "dagster"


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path,
        'store = "file"\ncache = "file"\nworkers = 3\n[s3]\nregion = "one"\nendpoint_url = "http://a"\n',
    )
    monkeypatch.setenv("SEEDLINE_STORE", "environment")
    monkeypatch.setenv("SEEDLINE_S3__REGION", "two")
    monkeypatch.setenv("SEEDLINE_RECIPES", '["demo", "other.yaml"]')
    settings = load_settings()
    assert (settings.store, settings.cache, settings.workers) == ("environment", "file", 3)
    assert (settings.s3.region, settings.s3.endpoint_url) == ("two", "http://a")
    assert settings.recipes == ["demo", "other.yaml"]


def test_the_file_that_the_environment_names_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "workers = 1\n")
    monkeypatch.setenv("SEEDLINE_CONFIG", str(write(tmp_path, "workers = 7\n", "other.toml")))
    assert load_settings().workers == 7


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDLINE_CONFIG", str(tmp_path / "gone.toml"))
    with pytest.raises(SettingsError, match=r"SEEDLINE_CONFIG names .*gone.toml, which is not a file"):
        load_settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("workerz = 3", r"workerz: no such setting; did you mean 'workers'\?"),
        ("[dumps]\nfoldr = 'x'", r"dumps.foldr: no such setting; did you mean 'folder'\?"),
        ("[sandbox.limits]\nnonsense = 1", r"sandbox.limits.nonsense: no such setting; allowed are .*"),
        ("workers = 'many'", r"workers: .*integer.*\(got 'many'\)"),
        ("workers = -1", r"workers: .*greater than or equal to 0"),
        ("store = 'gs://bucket'", r"store: .*only local paths and s3://.*\(got 'gs://bucket'\)"),
        ("recipes = 'demo'", r"recipes: .*list.*\(got 'demo'\)"),
        ("[dumps.named.x]\nkind = 'tape'", r"dumps.named.x.*kind"),
        (
            "[dumps.named.x]\nkind = 'dump'\npaht = 'y'",
            r"x.paht: no such setting; did you mean 'path'\?",
        ),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError, match=message) as caught:
        load_settings()
    assert path.name in str(caught.value)


def test_a_misspelt_variable_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDLINE_RECIPE", '["demo"]')
    with pytest.raises(
        SettingsError, match=r"SEEDLINE_RECIPE: no such setting; did you mean SEEDLINE_RECIPES\?"
    ):
        load_settings()
    monkeypatch.delenv("SEEDLINE_RECIPE")
    monkeypatch.setenv("SEEDLINE_SHARED", "somewhere")  # a variable of the tests
    load_settings()


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    write(tmp_path, "workerz = 3\nworkers = 'many'\n")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "workerz" in str(caught.value)
    assert "workers:" in str(caught.value)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "workers = = 3")
    with pytest.raises(SettingsError, match=rf"{path.name}.*not.*TOML.*line 1"):
        load_settings()


@pytest.mark.parametrize(("name", "value"), [("SEEDLINE_WORKERS", "many"), ("SEEDLINE_RECIPES", "demo")])
def test_what_is_wrong_in_the_environment_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name.removeprefix("SEEDLINE_").lower()):
        load_settings()


def test_two_variables_are_enough_for_a_model_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://host:8000/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    server = load_settings().engines.openai
    assert server.base_url == "http://host:8000/v1"
    assert server.api_key is not None
    assert server.api_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in repr(load_settings())


def test_with_two_variables_the_engine_of_a_recipe_asks_that_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(api_key="sk-secret") as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        engines = build_resources(load_settings())["engines"]
        assert "sk-secret" not in repr(engines)
        with engines.open(OpenAISpec(model="any")) as engine:
            (frame,) = engine.complete(requests_frame([{"key": "a", "prompt": "hello"}]), Sampling(9))
    assert frame["text"].to_list() == ["hello"]


def test_our_own_settings_of_a_model_server_go_before_its_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://variable/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "from-variable")
    write(tmp_path, '[engines.openai]\nbase_url = "http://file/v1"\nconcurrency = 7\n')
    server = load_settings().engines.openai
    assert (server.base_url, server.concurrency) == ("http://file/v1", 7)
    assert server.api_key is not None
    assert server.api_key.get_secret_value() == "from-variable"
    monkeypatch.setenv("SEEDLINE_ENGINES__OPENAI__BASE_URL", "http://ours/v1")
    assert load_settings().engines.openai.base_url == "http://ours/v1"


def test_empty_variables_of_a_model_server_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    monkeypatch.setenv("OPENAI_API_KEY", "")
    server = load_settings().engines.openai
    assert (server.base_url, server.api_key) == (None, None)


def test_a_wrong_key_setting_is_not_shown(tmp_path: Path) -> None:
    write(tmp_path, "[engines.openai]\napi_key = 4711\n")
    with pytest.raises(SettingsError, match=r"engines.openai.api_key: .*string") as wrong:
        load_settings()
    assert "4711" not in str(wrong.value)
