"""The files of one task: task.toml, instruction, environment, a verifier in a container of its own, the solution."""

import json
import re
import sys
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

LANGUAGE = "python"

ANSWER = "/app/solution.py"
"""Where an agent writes its answer; the only file that reaches the verifier."""

SCHEMA = "1.4"
"""Version of Harbor's `task.toml`."""

_IMPORTS = re.compile(r"^[ \t]*(?:from[ \t]+(\w+)|import[ \t]+(\w+(?:[ \t]*,[ \t]*\w+)*))", re.MULTILINE)

_TASK = f"""\

Write your answer to `{ANSWER}`. Tests that you do not see import it, with nothing but Python's standard library.
"""


def task_files(row: Mapping[str, Any]) -> dict[str, bytes]:
    """Path in the task's folder to content, for a chosen row with `asked` (its messages before the answer)."""
    image = f"python:{python_version(row['toolchain'])}-slim"
    inside = files("assets.exports.harbor").joinpath("inside")
    words = [message["content"].strip() for message in row["asked"]]
    texts = {
        "task.toml": task_toml(row),
        "instruction.md": "\n\n".join(words) + "\n" + _TASK,
        "environment/Dockerfile": f"FROM {image}\nWORKDIR /app\n",
        "tests/Dockerfile": f"FROM {image}\nCOPY . /tests/\nRUN chmod 600 /tests/checks.py.txt\n",
        "tests/test.sh": inside.joinpath("test.sh").read_text(encoding="utf-8"),
        "tests/verify.py": inside.joinpath("verify.py.txt").read_text(encoding="utf-8"),
        "tests/checks.py.txt": row["tests"].rstrip("\n") + "\n",
        "solution/solve.sh": inside.joinpath("solve.sh").read_text(encoding="utf-8"),
        "solution/solution.py": row["code"].rstrip("\n") + "\n",
    }
    return {path: text.encode() for path, text in texts.items()}


def task_toml(row: Mapping[str, Any]) -> str:
    """Settings of the task; license, verdict, difficulty and lineage in its metadata."""
    metadata = {
        "difficulty": difficulty(row["passed"], row["samples"]),
        "passed": row["passed"],
        "samples": row["samples"],
        "category": row["category"] or row["task"],
        "tags": [row["language"], "synthetic", "seedline"],
        "language": row["language"],
        "license": row["license"],
        "verdict": row["verdict"],
        "proof": row["proof"],
        "isolation": row["isolation"],
        "toolchain": row["toolchain"],
        "oracle_passes": True,
        "no_op_passes": False,
        "seedline_id": row["sft_id"],
        "response_id": row["response_id"],
        "instruction_id": row["instruction_id"],
        "file_id": row["file_id"],
        "recipe": row["recipe"],
        "model": row["model"] or row["engine"],
        "repository": row["repo"],
        "path": row["path"],
        "commit": row["commit"],
        "start_line": row["start_line"],
        "end_line": row["end_line"],
    }
    small = {"build_timeout_sec": 600.0, "cpus": 1, "memory_mb": 2048, "storage_mb": 4096}
    tables: dict[str, dict[str, Any]] = {
        "": {"schema_version": SCHEMA, "artifacts": [ANSWER]},
        "task": {
            "name": f"seedline/{row['sft_id']}",
            "description": "A function from a task in words, with tests that are not shown",
            "keywords": [row["language"], "synthetic"],
        },
        "metadata": metadata,
        "agent": {"timeout_sec": 900.0},
        "verifier": {"timeout_sec": 300.0, "environment_mode": "separate"},
        "verifier.environment": small | {"network_mode": "no-network"},
        "environment": small | {"network_mode": "public"},  # agents reach their model from inside
    }
    return "\n".join(_table(name, values) for name, values in tables.items())


def difficulty(passed: int | None, samples: int | None) -> str:
    """easy, medium or hard by the share of samples that passed; unknown where fewer than two were judged."""
    if passed is None or not samples or samples < 2:
        return "unknown"
    share = passed / samples
    return "easy" if share > 0.7 else "medium" if share > 0.3 else "hard"


def python_version(toolchain: str | None) -> str:
    """`3.11` of `Python 3.11.7`."""
    found = re.search(r"(\d+\.\d+)", toolchain or "")
    return found[1] if found else f"{sys.version_info.major}.{sys.version_info.minor}"


def foreign_imports(code: str) -> list[str]:
    """Modules that Python code imports and that are not in the standard library."""
    names = {name.strip() for one in _IMPORTS.finditer(code) for name in (one[1] or one[2]).split(",")}
    return sorted(names - set(sys.stdlib_module_names))


def _table(name: str, values: Mapping[str, Any]) -> str:
    head = f"[{name}]\n" if name else ""
    return head + "".join(f"{key} = {_value(value)}\n" for key, value in values.items() if value is not None)


def _value(value: Any) -> str:
    """A value as TOML has it: strings are JSON's but for one character."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
