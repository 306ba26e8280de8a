"""Every setting reaches what it names: another value changes what the deployment builds and opens, or is refused.

A new setting without a line in `OTHERS` fails here, as does one that nothing reads.
"""

import ast
import json
import typing
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

import resources.sandbox.resource as sandbox_resource
from assets.asking.spending import Spending
from assets.filtered_seeds.chain import Chain
from pipeline_defs.configuration.settings import Settings, SettingsError, load_settings
from pipeline_defs.definitions import build_defs
from pipeline_defs.graph.resources import build_resources
from pipeline_defs.recipes.files import shipped_recipes
from pipeline_defs.recipes.model import Recipe, load_recipe
from pipeline_defs.stored.rows import terms_table
from resources.corpus_source.settings import Directory, Dump, InstalledPackages
from resources.doors import Chosen
from resources.embedder.base import EmbedderSpec
from resources.engines.spec import OpenAISpec, TransformersSpec, VllmServerSpec, VllmSpec

ROOT = Path(__file__).parents[3]

OTHERS: dict[str, Any] = {
    "home": "elsewhere",
    "store": "s3://bucket/store",
    "cache": "s3://bucket/cache",
    "models": "other/models",
    "s3.endpoint_url": "http://127.0.0.1:9",
    "s3.region": "eu-west-1",
    "recipes": ["magicoder"],
    "dumps.named": {"one": {"kind": "installed-packages"}},
    "dumps.folder": "watched",
    "dumps.s3_prefix": "s3://bucket/dumps",
    "corpus.max_bytes": 7,
    "corpus.max_mean_line_length": 7.0,
    "corpus.max_line_length": 7,
    "corpus.languages": ["python"],
    "raw_corpus.allow": "any",
    "raw_corpus.take_downs": "take_downs.csv",
    "benchmarks": {"mine": "mine.jsonl"},
    "benchmark_pins": "mine.lock.json",
    "questions": "sql",
    "model_terms": {
        "some-model": {"terms": "Apache-2.0", "url": "https://example.org", "date": "2026-11-30"}
    },
    "sandbox.backend": "landlock",
    "sandbox.workers": 7,
    "sandbox.python": "other/python",
    "sandbox.limits.cpu_s": 7.0,
    "sandbox.limits.retry_cpu_s": 77.0,
    "sandbox.limits.memory_mb": 777,
    "sandbox.limits.processes": 7,
    "sandbox.limits.files": 7,
    "sandbox.limits.disk_mb": 7,
    "sandbox.limits.output_kb": 7,
    "engines.device": "cpu",
    "engines.threads": 7,
    "engines.batch_size": 7,
    "engines.workers": 7,
    "engines.vllm.python": "other/python",
    "engines.vllm.memory_share": 0.7,
    "engines.vllm.tensor_parallel": 7,
    "engines.vllm.eager": True,
    "engines.vllm.load_timeout_s": 7.0,
    "engines.vllm.idle_s": 7.0,
    "engines.openai.base_url": "http://127.0.0.1:9/v1",
    "engines.openai.api_key": "a key",
    "engines.openai.concurrency": 7,
    "engines.openai.timeout_s": 7.0,
    "engines.openai.attempts": 7,
    "engines.openai.requests_per_minute": 7,
    "engines.openai.tokens_per_minute": 7,
    "engines.prices.prompt": 7.0,
    "engines.prices.completion": 7.0,
    "engines.budget.tokens": 7,
    "engines.budget.money": 7.0,
    "training.state_every": 7,
    "workers": 7,
    "owners": ["team:others"],
    "tags": {"stage": "trial"},
    "rows_page": "https://rows.example",
    "sensors_on": True,
    "rebuild_gpu_on_code_change": True,
    "full_check_at": "30 4 * * *",
    "freshness.warn_days": 7.0,
    "freshness.fail_days": 777.0,
    "alerts.webhook": "https://127.0.0.1:9/hook",
    "alerts.webhook_token": "A_TOKEN",
    "alerts.email": ["me@example.org"],
    "alerts.sender": "me@example.org",
    "alerts.smtp": "smtps://127.0.0.1",
    "alerts.smtp_user": "me",
    "alerts.smtp_password": "A_PASSWORD",
    "alerts.ui": "http://127.0.0.1:3000",
    "alerts.timeout_s": 7.0,
}
"""Another good value for every setting of a deployment."""

BASE = {"recipes": ["demo"], "dumps": {"named": {"dump": {"kind": "dump", "path": "a"}}}}

CHOICES = {
    "sandbox.backend": ("docker", ["auto", "bwrap", "landlock"]),
    "engines.device": ("tpu", ["auto", "cpu", "cuda"]),
    "raw_corpus.allow": (["no-such-license"], ["permissive", "any-known", "any"]),
    "corpus.languages": (["cobol"], ["python", "swift"]),
    "store": ("gs://bucket", ["local", "s3://"]),
    "cache": ("ftp://host", ["local", "s3://"]),
}
"""Settings with a list of values that there are: one that there is not, and what the error must name."""


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without settings; sandboxes and definitions are asked for, not started."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "take_downs.csv").write_text("repo,path,reason\n")
    pin = {"seedline": {"rows": 30, "digest": "0" * 64, "revision": None}}
    (tmp_path / "mine.lock.json").write_text(json.dumps(pin))
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "rows.sql").write_text(
        "-- How many rows?\nSELECT count(*) AS rows FROM sft_dataset\n"
    )
    for name in ("SEEDLINE_CONFIG", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def leaves(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """The dotted path of every single setting."""
    for name, field in model.model_fields.items():
        inside = field.annotation
        if isinstance(inside, type) and issubclass(inside, BaseModel):
            yield from leaves(inside, f"{before}{name}.")
        else:
            yield f"{before}{name}"


def with_value(path: str, value: Any) -> dict[str, Any]:
    """`BASE` with one setting more."""
    changed: dict[str, Any] = {**BASE}
    *way, last = path.split(".")
    at = changed
    for name in way:
        at[name] = dict(at.get(name, {}))
        at = at[name]
    at[last] = value
    return changed


def held(thing: Any, depth: int = 3) -> str:
    """What an opened object holds, secrets shown, so that two can be compared."""
    if isinstance(thing, SecretStr):
        return thing.get_secret_value()
    if isinstance(thing, BaseModel):
        return str({name: held(getattr(thing, name), depth) for name in type(thing).model_fields})
    if isinstance(thing, str | int | float | bool | Path | tuple | list | dict | None):
        return repr(thing)
    if depth and hasattr(thing, "__dict__"):
        return str({name: held(value, depth - 1) for name, value in vars(thing).items()})
    return type(thing).__name__


def opened(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the deployment's stages open with `settings`."""
    built = build_resources(settings)
    things: list[Any] = []

    def open_sandbox(limits: Any, **options: Any) -> Any:
        things.append((limits.model_dump(), sorted(options.items())))
        return nullcontext()

    monkeypatch.setattr(sandbox_resource, "open_sandbox", open_sandbox)
    with built["sandbox"].open():
        pass
    engines, sources = built["engines"], built["corpus_sources"]
    things += [
        built["row_cache"].storage(),
        built["alerts"].settings,
        built["store"],
        built["type_checker"].open("python", "pyright"),
        built["embedder"].open(EmbedderSpec.model_validate({})),
        built["trainer"].open(),
        built["trainer"].folder("model"),
        built["workers"].count(),
        terms_table(settings).rows(),
        Spending(engines.settings.prices, engines.settings.budget),
        *(
            engines.open(spec.model_validate({"model": "m"}))
            for spec in (TransformersSpec, VllmSpec, VllmServerSpec, OpenAISpec)
        ),
        sources.s3(),
        *(sources.settings_of(name) for name in settings.dumps.named),
    ]
    return [held(thing) for thing in things]


def graph(settings: Settings) -> list[tuple[str, ...]]:
    """Assets with their code versions, conditions and pages, and the sensors, that `settings` give."""
    defs = build_defs(settings)
    assets = defs.resolve_asset_graph()
    nodes = [
        (
            key.to_user_string(),
            str(assets.get(key).code_version),
            str(assets.get(key).automation_condition),
            str((assets.get(key).owners, assets.get(key).tags, assets.get(key).metadata)),
            str(assets.get(key).freshness_policy),
        )
        for key in sorted(assets.materializable_asset_keys, key=str)
    ]
    schedules = ((schedule.name, str(schedule.cron_schedule)) for schedule in defs.schedules or [])
    return [
        *nodes,
        *((sensor.name, sensor.default_status.value) for sensor in defs.sensors or []),
        *schedules,
    ]


@pytest.fixture(scope="module")
def base_graph() -> list[tuple[str, ...]]:
    """The graph of `BASE`."""
    return graph(load_settings(**BASE))


def test_equal_settings_open_and_build_the_same(
    monkeypatch: pytest.MonkeyPatch, base_graph: list[tuple[str, ...]]
) -> None:
    assert opened(load_settings(**BASE), monkeypatch) == opened(load_settings(**BASE), monkeypatch)
    assert graph(load_settings(**BASE)) == base_graph


def test_every_setting_has_a_line_here() -> None:
    assert sorted(leaves(Settings)) == sorted(OTHERS)


@pytest.mark.parametrize("path", sorted(OTHERS))
@pytest.mark.slow(seconds=3)
def test_another_value_changes_what_is_opened_or_built(
    path: str, monkeypatch: pytest.MonkeyPatch, base_graph: list[tuple[str, ...]]
) -> None:
    changed = load_settings(**with_value(path, OTHERS[path]))
    as_before = opened(changed, monkeypatch) == opened(load_settings(**BASE), monkeypatch)
    assert not as_before or graph(changed) != base_graph


@pytest.mark.parametrize("path", sorted(CHOICES))
def test_a_value_that_there_is_not_is_an_error_that_lists_those_there_are(path: str) -> None:
    value, named = CHOICES[path]
    with pytest.raises(SettingsError, match=path.replace(".", r"\.")) as wrong:
        load_settings(**with_value(path, value))
    for choice in named:
        assert choice in str(wrong.value)


@pytest.mark.parametrize("path", [path for path, value in OTHERS.items() if type(value) in (int, float)])
def test_a_number_below_what_makes_sense_is_an_error(path: str) -> None:
    with pytest.raises(SettingsError, match=path.replace(".", r"\.")):
        load_settings(**with_value(path, -1))


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("SEEDLINE_DEVICE", "SEEDLINE_ENGINES__DEVICE"),
        ("SEEDLINE_SANDBOX_BACKEND", "SEEDLINE_SANDBOX__BACKEND"),
        ("SEEDLINE_ENGINES_OPENAI_BASE_URL", "SEEDLINE_ENGINES__OPENAI__BASE_URL"),
        ("SEEDLINE_TAKE_DOWNS", "SEEDLINE_RAW_CORPUS__TAKE_DOWNS"),
    ],
)
def test_a_variable_that_leaves_out_where_its_setting_stands_is_not_passed_over(
    variable: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(SettingsError, match=f"{variable}: no such setting; did you mean {meant}"):
        load_settings()


def test_workers_reach_extraction_and_the_final_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number that the stages hand on is the one that the pool of processes gets."""
    import polars as pl

    import assets.filtered_seeds.extraction.parallel as parallel
    import assets.sft_dataset.code_language as code_language
    import assets.sft_dataset.final_form as final_form
    from assets.sft_dataset.settings import SmartForm

    asked: list[int | None] = []

    def map_frames(function: Any, frames: Any, *, workers: int | None = None, **_: Any) -> Iterator[Any]:
        asked.append(workers)
        return (function(frame) for frame in frames)

    for module in (parallel, code_language, final_form):
        monkeypatch.setattr(module, "map_frames", map_frames)
    rows = pl.DataFrame({"language": ["go"], "completion": ["```\nfunc f() {}\n```"]})
    code_language.with_code_language(rows, workers=3)
    responses = pl.DataFrame(
        {
            "response_id": ["a"], "language": ["go"], "instruction": ["Write f."], "response": ["r"], "tests": ["t"],
            "section_reasoning": [""], "section_implementation": ["```go\nfunc f() {} // it\n```"],
            "section_explanation": [""], "section_tests": [""],
        }
    )  # fmt: skip
    final_form.with_final_form(responses, SmartForm(), seed=1, workers=4)
    files = pl.DataFrame({"file_id": ["f"], "content": ["def f(x):\n    return x\n"], "language": ["python"]})
    extraction = load_recipe("demo").seeds.extraction
    list(parallel.extract_in_parallel(files, extraction, workers=5))
    assert asked == [3, 4, 5]
    assert "workers" in Chain.__dataclass_fields__


def models(annotation: Any, seen: set[type[BaseModel]] | None = None) -> Iterator[type[BaseModel]]:
    seen = set() if seen is None else seen
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
        seen.add(annotation)
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation, seen)
            for choice in field.metadata:
                if isinstance(choice, Chosen):
                    for one in choice.models().values():
                        yield from models(one, seen)
    for argument in typing.get_args(annotation):
        yield from models(argument, seen)


@cache
def names_read() -> frozenset[str]:
    """Attribute names that code reads; what a model's own validators read of `self` does not count."""
    return frozenset(
        node.attr
        for room in ("assets", "resources", "pipeline_defs")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    )


@pytest.mark.parametrize(
    "model", sorted({*models(Recipe), InstalledPackages, Directory, Dump}, key=lambda m: m.__name__)
)
@pytest.mark.slow(seconds=2)
def test_every_field_of_a_recipe_or_source_is_read_by_something(model: type[BaseModel]) -> None:
    read = names_read()
    assert [name for name in model.model_fields if name not in read] == []


@pytest.mark.parametrize("name", sorted(shipped_recipes()))
def test_a_field_that_there_is_not_is_refused_everywhere_in_a_recipe(name: str) -> None:
    content = load_recipe(name).model_dump(mode="json")

    def places(value: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        if isinstance(value, dict):
            yield way
            for key, inner in value.items():
                yield from places(inner, (*way, key))

    free = {"shares", "imports", "links"}  # tables whose keys are the user's or checked as values
    for way in places(content):
        if way and way[-1] in free:
            continue
        broken = Recipe.model_validate(content).model_dump(mode="json")
        at = broken
        for key in way:
            at = at[key]
        at["nonsense"] = 1
        with pytest.raises(ValueError, match="nonsense"):
            Recipe.model_validate(broken)
