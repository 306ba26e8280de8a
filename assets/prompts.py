"""The digest of a stage's prompts: part of its code version, so that an edit makes its rows stale."""

import hashlib
from importlib.resources import files


def prompts_digest(package: str) -> str:
    """SHA-256 over names and texts of the templates, and the YAML tables beside them, in `prompts/` of `package`."""
    digest = hashlib.sha256()
    folder = files(package) / "prompts"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_file() and entry.name.endswith((".jinja", ".yaml")):
            digest.update(f"{entry.name}\0".encode() + entry.read_bytes() + b"\0")
    return digest.hexdigest()
