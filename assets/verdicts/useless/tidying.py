"""A useless answer's text without what nothing needs, so that answers to one task come to one text."""

import re

from assets.verdicts.useless.reading import text_of
from resources.sandbox.languages.syntax import edit, parse, walk


def tidied(language: str, text: str) -> str:
    """Without comments, empty lines and, in Go, imports that nothing needs any more."""
    root = parse(language, text)
    ranges = [
        (n.start_byte, n.end_byte, "") for n in walk(root) if "comment" in n.type and n.parent is not None
    ]
    text = edit(text, _apart(ranges))
    if language == "go":
        root = parse(language, text)
        rest = edit(
            text,
            [(n.start_byte, n.end_byte, "") for n in root.named_children if n.type == "import_declaration"],
        )
        unused = []
        for spec in walk(root):
            if spec.type != "import_spec":
                continue
            path = spec.child_by_field_name("path")
            named = spec.child_by_field_name("name")
            known = (
                text_of(named)
                if named is not None
                else text_of(path).strip('"`').rpartition("/")[2]
                if path is not None
                else ""
            )
            if known not in ("_", ".") and not re.search(rf"\b{re.escape(known)}\s*\.", rest):
                parent = spec.parent
                whole = spec if parent is not None and parent.type == "import_spec_list" else parent
                if whole is not None:
                    unused.append((whole.start_byte, whole.end_byte, ""))
        text = edit(text, unused)
    return (
        "\n".join(line.strip() if language != "bash" else line for line in text.splitlines() if line.strip())
        + "\n"
    )


def _apart(ranges: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for each in sorted(ranges):
        if not kept or each[0] >= kept[-1][1]:
            kept.append(each)
    return kept
