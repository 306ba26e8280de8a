"""The documentation's notebooks: run cell by cell in one name space, and turned into Markdown for the site.

`python docs/notebook.py FILE.ipynb` runs a notebook in an empty folder and writes its outputs into it. The tests run it
the same way and hold what comes out against what stands there.
"""

import ast
import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]


def read(path: Path) -> Notebook:
    """The notebook in a file."""
    return json.loads(path.read_text(encoding="utf-8"))


def run(notebook: Notebook) -> Iterator[tuple[str, str]]:
    """Source and output of every code cell, run one after another in the current folder.

    The output is what was printed, and then the value of the last expression.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        tree, printed = ast.parse(source), io.StringIO()
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, "<cell>", "exec"), names)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
                if value is not None:
                    print(repr(value))
        yield source, printed.getvalue()


def output_of(cell: dict[str, Any]) -> str:
    """The text of a code cell's stored output."""
    return "".join("".join(one["text"]) for one in cell["outputs"])


def markdown(notebook: Notebook) -> str:
    """The notebook as a page: its text, its code, and what the code gave."""
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"]).strip()
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        if output_of(cell):
            parts.append(f"```text\n{output_of(cell).rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def _write_outputs(path: Path) -> None:
    notebook = read(path)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        outputs = [output for _, output in run(notebook)]
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, (cell, output) in enumerate(zip(code, outputs, strict=True), start=1):
        stream = {"name": "stdout", "output_type": "stream", "text": output.splitlines(keepends=True)}
        cell |= {"execution_count": number, "outputs": [stream] if output else []}
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    os.environ.pop("DAGSTER_HOME", None)
    _write_outputs(Path(sys.argv[1]).absolute())
