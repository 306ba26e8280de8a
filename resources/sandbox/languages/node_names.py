"""Names in JavaScript and TypeScript: what a program declares at its top level, and what it imports from where.

Belongs here: reading, and imports written in another way. Which places of the tests are checks is in
`node_checks.py`; how answer and tests are joined, in `javascript.py`.
"""

import re

from tree_sitter import Node

from resources.sandbox.languages.script_parts import literals
from resources.sandbox.languages.syntax import declared_name, walk

ASSERT = {
    f"{scheme}assert{strict}": f"globalThis.MARK.assert{strict.replace('/', '.')}"
    for scheme in ("", "node:")
    for strict in ("", "/strict")
}
"""Node's module of assertions by its names -> what the harness has in its place."""

_LIBRARIES = ("chai", "vitest", "@jest/globals", "jest", "mocha", "expect", "bun:test")


def is_own_module(name: str | None) -> bool:
    """Whether the module `name` is the answer's file, or a test library that the harness replaces."""
    return name is not None and (name.startswith(("./", "../")) or name in _LIBRARIES)


def module_name(node: Node) -> str | None:
    """What an `import` or a `require` asks for."""
    if node.type == "import_statement":
        return literals(node.child_by_field_name("source") or node) or None
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or function.text != b"require" or arguments is None:
        return None
    return literals(arguments) if [child.type for child in arguments.named_children] == ["string"] else None


def as_constants(node: Node) -> str:
    """An import as a declaration, which may be in a block."""
    name = module_name(node)
    made = ASSERT.get(name or "") or (
        f"globalThis.MARK.module('{name}','{{}}')" if is_own_module(name) else f"require('{name}')"
    )
    clause = next((child for child in node.named_children if child.type == "import_clause"), None)
    if clause is None:
        return f"{made};" if any(child.type == "type" for child in node.children) is False else ""
    if any(child.type == "type" for child in node.children):
        return ""
    pieces: list[str] = []
    for part in clause.named_children:
        text = (part.text or b"").decode()
        if part.type == "identifier":
            pieces.append(f"const {text}=globalThis.MARK.main({made.format(text)},'{text}');")
        elif part.type == "namespace_import":
            pieces.append(f"const {text.split()[-1]}={made.format('')};")
        else:
            names = re.sub(r"\s+as\s+", ":", re.sub(r"\btype\s+(?=\w)", "", text))
            pieces.append(f"const {names}={made.format('')};")
    return "".join(pieces)


def declared(root: Node) -> set[str]:
    """Names that `root`, a whole program, declares at its top level, but with `var`."""
    names: set[str] = set()
    for statement in root.named_children:
        inner = statement
        if statement.type == "export_statement":
            inner = statement.child_by_field_name("declaration") or statement
        if inner.type == "import_statement":
            names |= {
                (node.text or b"").decode()
                for node in walk(inner)
                if node.type == "identifier" and _binds(node)
            }
        elif inner.type == "lexical_declaration":
            for each in inner.named_children:
                name = each.child_by_field_name("name")
                if name is not None:
                    names |= {
                        (node.text or b"").decode()
                        for node in walk(name)
                        if node.type in ("identifier", "shorthand_property_identifier_pattern")
                    }
        elif inner.type in ("interface_declaration", "type_alias_declaration"):
            continue
        elif "declaration" in inner.type and (name := inner.child_by_field_name("name")) is not None:
            names.add((name.text or b"").decode())
    return names


def _binds(node: Node) -> bool:
    """Whether an import's identifier is the name it gives, and not the one that the module has."""
    specifier = node.parent
    if specifier is None or specifier.type != "import_specifier":
        return True
    alias = specifier.child_by_field_name("alias")
    return alias is None or alias.id == node.id


def types(root: Node) -> set[str]:
    """Names that `root` declares at its top level and that have no value: interfaces, types, imports of types."""
    found: set[str] = set()
    for statement in root.named_children:
        inner = statement
        if statement.type == "export_statement":
            inner = statement.child_by_field_name("declaration") or statement
        if inner.type in ("interface_declaration", "type_alias_declaration", "ambient_declaration"):
            found.add(declared_name(inner) or "")
        elif inner.type == "import_statement":  # which of them are types cannot be seen
            found |= {(node.text or b"").decode() for node in walk(inner) if node.type == "identifier"}
    return found
