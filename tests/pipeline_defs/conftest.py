"""A small real deployment: a dump of our own, the demo recipe cut short, one Dagster instance."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
import yaml

from pipeline_defs.deployment import Deployment
from pipeline_defs.graph.staleness import Work
from pipeline_defs.recipes.files import shipped_recipes
from resources.parquet_store import TableAddress
from tests.pipeline_defs.written_store import home, store  # noqa: F401 - fixtures of all tests beside this file

FILES = {
    "alpha/words.py": '''\
def shout(text: str) -> str:
    """Return the text in capitals with an exclamation mark.

    >>> shout("hey")
    'HEY!'
    >>> shout("")
    '!'
    """
    return text.upper() + "!"


def initials(name: str) -> str:
    """Return the first letter of every word of a name, in capitals.

    >>> initials("ada lovelace")
    'AL'
    """
    return "".join(word[0].upper() for word in name.split())


def broken_promise(text: str) -> str:
    """Return the text reversed; its example is wrong on purpose.

    >>> broken_promise("ab")
    'ab'
    """
    return text[::-1]
''',
    "alpha/numbers.py": '''\
import math


def hypotenuse(a: float, b: float) -> float:
    """Return the length of the side across from the right angle.

    >>> hypotenuse(3, 4)
    5.0
    """
    return math.sqrt(a * a + b * b)


def digit_sum(number: int) -> int:
    """Return the sum of the decimal digits of a number, its sign left aside.

    >>> digit_sum(123)
    6
    >>> digit_sum(-9)
    9
    """
    return sum(int(digit) for digit in str(abs(number)))


def no_value(number: int):
    """Print a number and return nothing."""
    print(number)


def wrong_types(number: int) -> int:
    """Return a number plus a word, which no type checker allows."""
    return number + "one"
''',
    "beta/lists.py": '''\
def pairs(items: list) -> list:
    """Return the neighbours in a list as tuples.

    >>> pairs([1, 2, 3])
    [(1, 2), (2, 3)]
    """
    return list(zip(items, items[1:]))


def without_repeats(items: list) -> list:
    """Return the items in their order, each only once.

    >>> without_repeats([2, 1, 2])
    [2, 1]
    """
    return list(dict.fromkeys(items))
''',
    "gamma/secret.py": '''\
def hidden(value: int) -> int:
    """Return the value under a license that the policy does not allow.

    >>> hidden(1)
    1
    """
    return value
''',
    "beta/broken.py": "def unfinished(:\n",
    "beta/empty.py": "",
}
LICENCES = {"alpha": "MIT", "beta": "Apache-2.0", "gamma": "GPL-3.0-only", "delta": "MIT"}
LANGUAGES = {".py": "Python", ".sh": "Shell"}


def dump_rows(files: dict[str, str], commit: str = "c0ffee") -> list[dict[str, str]]:
    """Rows of a dump in The Stack's form."""
    return [
        {
            "content": content,
            "max_stars_repo_name": f"example/{path.split('/')[0]}",
            "max_stars_repo_path": path.split("/", 1)[1],
            "max_stars_repo_head_hexsha": commit,
            "max_stars_repo_licenses": [LICENCES[path.split("/")[0]]],
            "lang": LANGUAGES[Path(path).suffix],
        }
        for path, content in files.items()
    ]


def write_dump(folder: Path, files: dict[str, str], commit: str = "c0ffee") -> Path:
    """A complete dump in `folder`: one file of JSON lines and the marker."""
    folder.mkdir(parents=True)
    lines = "".join(json.dumps(row) + "\n" for row in dump_rows(files, commit))
    (folder / "part-0.jsonl").write_text(lines, encoding="utf-8")
    (folder / "_SUCCESS").touch()
    return folder


def short_recipe(**changes: object) -> dict:
    """The demo recipe with a training of a few steps; `changes` replace whole stages."""
    recipe = yaml.safe_load(shipped_recipes()["demo"].read_text(encoding="utf-8"))
    recipe["checkpoint"]["base_model"] |= {
        "vocabulary": 400,
        "hidden_size": 32,
        "intermediate_size": 64,
        "layers": 1,
    }
    recipe["checkpoint"]["base_model"] |= {"heads": 2, "context": 512, "pretraining_steps": 0}
    recipe["checkpoint"]["training"] |= {"max_steps": 3, "sequence_length": 256}
    recipe["evaluation"] |= {"max_tokens": 16}
    return recipe | changes


@dataclass
class SmallLine:
    """A deployment in a folder of its own, and the means to run it and look at it."""

    folder: Path
    deployment: Deployment

    def run(self, *dumps: str, select: str | None = None, force: bool = False) -> list[Work]:
        """Bring the recipe up to date over `dumps`."""
        return list(self.deployment.materialize(dumps=dumps, select=select, force=force))

    def table(self, artifact: str, partition: str | None = "python") -> pl.DataFrame:
        """A table of the recipe."""
        return self.deployment.store().scan(TableAddress.of(("demo", artifact), partition)).collect()

    def file(self, artifact: str, partition: str | None = "python") -> Path:
        """Its file."""
        return Path(self.deployment.store().uri(TableAddress.of(("demo", artifact), partition)))

    def metadata(self, artifact: str) -> dict[str, object]:
        """Metadata of the last materialization."""
        with self.deployment.instance() as instance:
            event = instance.get_latest_materialization_event(dg.AssetKey(["demo", artifact]))
        assert event is not None and event.asset_materialization is not None
        return {name: value.value for name, value in event.asset_materialization.metadata.items()}


MakeLine = Callable[..., SmallLine]
MakeSharedLine = Callable[..., SmallLine]


@pytest.fixture
def make_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeLine:
    """Makes a deployment in a temporary folder, watching its sub-folder `dumps`."""
    return lambda **options: _line(tmp_path, monkeypatch, **options)


@pytest.fixture(scope="module")
def finished_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLine]:
    """One deployment, materialized once from the dump `2026-01`, for tests that only look."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        line = _line(tmp_path_factory.mktemp("line"), monkeypatch)
        write_dump(line.folder / "dumps" / "2026-01", FILES)
        line.run("2026-01")
        yield line


@pytest.fixture(scope="module")
def make_shared_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeSharedLine]:
    """The same for all tests of a module."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield lambda **options: _line(tmp_path_factory.mktemp("line"), monkeypatch, **options)


def _line(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    recipe: dict | None = None,
    settings: str = "",
) -> SmallLine:
    (folder / "dumps").mkdir(exist_ok=True)
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe or short_recipe()), encoding="utf-8")
    (folder / "seedline.toml").write_text(
        f'recipes = ["{folder}/recipe.yaml"]\nhome = "{folder}/home"\n{settings}\n'
        f'[dumps]\nfolder = "{folder}/dumps"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("SEEDLINE_CONFIG", str(folder / "seedline.toml"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return SmallLine(folder, Deployment.open())
