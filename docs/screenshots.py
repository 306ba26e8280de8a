"""Takes the pictures of the documentation: a small deployment is made, its UI started, and Chromium looks at it.

    python docs/screenshots.py [FOLDER]

FOLDER is where the deployment is made; one that was made before is used again. Pictures go to
`docs/pages/pictures`, with few colours, so that each stays below 150 kB. Look at them before you commit them.
"""

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from PIL import Image
from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pipeline_defs.deployment import Deployment  # noqa: E402
from tests.pipeline_defs.browser import chromium, ui  # noqa: E402
from tests.pipeline_defs.conftest import FILES, short_recipe, write_dump  # noqa: E402

PICTURES = ROOT / "docs" / "pages" / "pictures"
RECIPES = ("starcoder2_instruct", "magicoder", "magicoder_s", "wavecoder")
LANGUAGES = (
    "python",
    "javascript",
    "typescript",
    "java",
    "c",
    "cpp",
    "csharp",
    "go",
    "rust",
    "php",
    "ruby",
    "bash",
)
SCRIPT = {"delta/greet.sh": '# Says hello to somebody.\n# Takes a name.\ngreet() {\n  echo "hello $1"\n}\n'}
LARGEST = 150_000
SETTLED_MS = 3_000


def main(folder: Path) -> None:
    """Make the deployment in `folder`, and take all pictures."""
    PICTURES.mkdir(exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["SEEDLINE_CONFIG"] = str(make(folder))
    os.environ.pop("DAGSTER_HOME", None)
    deployment = Deployment.open()
    deployment.materialize("demo", languages=["python", "bash"])
    bad = folder / "dumps" / "2026-11"  # afterwards, so that what was made is shown as made
    bad.mkdir(exist_ok=True)
    (bad / "part-0.parquet").write_bytes(b"cut off")
    (bad / "_SUCCESS").touch()
    with ui(folder / "ui.log") as (dagster, rows), chromium() as page:
        take(page, deployment, dagster, rows)


def make(folder: Path) -> Path:
    """Settings, five recipes, and a dump in two languages; returns the settings' path."""
    settings = folder / "seedline.toml"
    if settings.exists():
        return settings
    recipe = short_recipe(languages=list(LANGUAGES))
    (folder / "demo.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False), encoding="utf-8")
    names = ", ".join(f'"{name}"' for name in (f"{folder}/demo.yaml", *RECIPES))
    text = f'recipes = [{names}]\nhome = "{folder}/home"\nowners = ["team:code-data"]\n'
    text += f'[dumps]\nfolder = "{folder}/dumps"\n'
    settings.write_text(text, encoding="utf-8")
    write_dump(folder / "dumps" / "2026-10", {**FILES, **SCRIPT})
    return settings


def take(page: Page, deployment: Deployment, dagster: str, rows: str) -> None:
    """All pictures, from one browser."""

    def shot(
        name: str, address: str, ready: str, do: Callable[[Page], object] | None = None, height: int = 900
    ) -> None:
        page.set_viewport_size({"width": 1400, "height": height})
        page.goto(address)
        page.get_by_text(ready).first.wait_for()
        if do is not None:
            do(page)
        page.wait_for_timeout(SETTLED_MS)
        page.evaluate(
            "document.querySelectorAll('.store').forEach(one => one.textContent = '.seedline/store')"
        )
        place = PICTURES / name
        place.write_bytes(small(page.screenshot()))
        print(f"{place.relative_to(ROOT)}: {place.stat().st_size:,} bytes")

    page.goto(f"{dagster}/locations/seedline/sensors/new_dumps_in_folder")
    page.locator("label", has=page.get_by_role("checkbox")).first.click()
    time.sleep(45)  # until the sensor has looked
    check = f"{dagster}/assets/corpus_dump?view=checks&checkDetail=every_dump_was_read"
    shot("failing_dump.png", check, "could not be read: 2026-11")
    shot("asset_graph.png", f"{dagster}/locations/seedline/asset-groups/demo", "sft_dataset", height=640)
    shot("recipes.png", f"{dagster}/asset-groups", "magicoder_s", height=760)
    shot(
        "asset_page.png",
        f"{dagster}/assets/demo/filtered_seeds?view=overview",
        "what waits and why",
        _without_columns,
        height=1100,
    )
    shot("backfill.png", f"{dagster}/assets/raw_corpus?view=partitions", "Materialize", _dialog)
    shot("launchpad.png", f"{dagster}/locations/seedline/jobs/pilot/playground", "No errors", height=760)
    shot("waits.png", f"{rows}/", "What there is")
    shot("rows.png", f"{rows}/rows/demo/sft_dataset?partition=python", "rows 1 to")
    shot(
        "rejected.png", f"{rows}/rows/demo/filtered_seeds__rejected?partition=python", "rows 1 to", height=620
    )
    row = deployment.scan("sft_dataset", "demo").select("sft_id").head(1).collect().item()
    shot("row.png", f"{rows}/row/demo/sft_dataset?id={row}", "Where it comes from", height=1100)


def _without_columns(page: Page) -> None:
    page.get_by_text("Columns", exact=True).click()  # folds them, so that what is below is seen


def _dialog(page: Page) -> None:
    page.get_by_role("button", name="Materialize").first.click()
    page.get_by_role("dialog").get_by_text("All", exact=True).click()


def small(png: bytes) -> bytes:
    """The picture with as many colours as keep it below `LARGEST`."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (128, 64, 32, 16):
        sink = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(sink, "PNG", optimize=True)
        if sink.tell() <= LARGEST:
            break
    return sink.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else Path(tempfile.mkdtemp()))
