"""Java's answer and tests as source files: two where both are whole, one where the tests close what the answer opened.

Belongs here: whose package, imports, class and main count. How the files are compiled and run is in `java.py`.
"""

import re

from tree_sitter import Node

from resources.sandbox.languages.syntax import code_only, edit, parse, walk

_TYPES = frozenset((
    "class_declaration", "interface_declaration", "enum_declaration", "record_declaration",
    "annotation_type_declaration",
))  # fmt: skip
_PUBLIC_TYPE = re.compile(
    r"(?m)^\s*public\s+(?:(?:final|abstract|sealed|strictfp)\s+)*(?:class|interface|enum|record)\s+(\w+)"
)


def sources(code: str, tests: str, mark: str) -> tuple[dict[str, str], str]:
    """(file name -> text, full name of the class whose main runs the tests).

    The answer's package counts only where the tests import from it: else both are of the package without a name.
    Tests in a file of their own see what the answer imports, as they would in the answer's file.
    """
    if not (_is_whole(code) and _is_whole(tests)):
        entry = main_class(f"{code}\n{tests}")
        public = _public(code) or _public(tests)
        return {f"{public or mark + 'a'}.java": f"{code}\n{tests}"}, entry
    package = _package(code)
    keeps = bool(package) and any(
        re.sub(r"^static ", "", name).startswith(f"{package}.") for name in _imports(tests)
    )
    if not keeps:
        code, tests = _without_package(code), _without_package(tests)
    code, tests = _merged(code, tests)
    own = {name.rpartition(".")[2] for name in _imports(tests)} - {"*"}
    borrowed = [name for name in _imports(code) if name.rpartition(".")[2] not in own]
    if keeps and _package(tests) != package:
        borrowed.append(f"{package}.*")
    lines = "".join(f"import {name};" for name in borrowed)
    entry = main_class(tests)
    if space := _package(tests):
        entry = f"{space}.{entry}"
    return {
        f"{_public(code) or mark + 'a'}.java": code,
        f"{_public(tests) or mark + 't'}.java": _after_package(tests, lines),
    }, entry


def main_class(text: str) -> str:
    """The class of `text` whose main is to be called: the last outermost one that has one."""
    found = "Main"
    for node in walk(parse("java", text)):
        if node.type != "method_declaration" or _text(node.child_by_field_name("name")) != "main":
            continue
        holder = node.parent.parent if node.parent is not None else None
        if holder is not None and (name := _text(holder.child_by_field_name("name"))):
            found = name
            outer = holder.parent.parent if holder.parent is not None else None
            if outer is None or outer.type not in _TYPES:
                return found
    return found


def _text(node: Node | None) -> str:
    return node.text.decode(errors="replace") if node is not None and node.text else ""


def _public(text: str) -> str:
    found = _PUBLIC_TYPE.search(code_only("java", text))
    return found[1] if found else ""


def _is_whole(text: str) -> bool:
    """Whether no brace of `text` closes or is closed by another text's."""
    depth = 0
    for brace in re.findall(r"[{}]", code_only("java", text)):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _clause(text: str, kind: str) -> list[Node]:
    return [node for node in parse("java", text).children if node.type == kind]


def _package(text: str) -> str:
    for node in _clause(text, "package_declaration"):
        return re.sub(r"\s", "", _text(node)).removeprefix("package").rstrip(";")
    return ""


def _without_package(text: str) -> str:
    return edit(text, [(n.start_byte, n.end_byte, "") for n in _clause(text, "package_declaration")])


def _after_package(text: str, lines: str) -> str:
    places = [node.end_byte for node in _clause(text, "package_declaration")] or [0]
    return edit(text, [(places[0], places[0], lines)])


def _imports(text: str) -> list[str]:
    """What `text` imports, e.g. `java.util.List`, `static java.lang.Math.*`."""
    names = []
    for node in _clause(text, "import_declaration"):
        words = re.sub(r"\s*\.\s*", ".", _text(node).rstrip("; \n")).split()[1:]
        names.append(" ".join(words))
    return names


def _merged(code: str, tests: str) -> tuple[str, str]:
    """Both, where a class of the same name stands in each (`Main`, as a rule), as one class with the tests' main.

    What the answer's class extends or implements could not be kept; such a class stays, and does not compile.
    """
    theirs = {
        _text(n.child_by_field_name("name")): n for n in parse("java", tests).children if n.type in _TYPES
    }
    taken: list[tuple[int, int, str]] = []
    given: list[tuple[int, int, str]] = []
    for node in parse("java", code).children:
        other = theirs.get(_text(node.child_by_field_name("name")))
        if other is None or node.type != "class_declaration" or other.type != "class_declaration":
            continue
        body, room = node.child_by_field_name("body"), other.child_by_field_name("body")
        extends = any(
            node.child_by_field_name(part) for part in ("superclass", "interfaces", "type_parameters")
        )
        if body is None or room is None or extends:
            continue
        members = [
            _text(child)
            for child in body.named_children
            if not (child.type == "method_declaration" and _text(child.child_by_field_name("name")) == "main")
        ]
        taken.append((node.start_byte, node.end_byte, ""))
        given.append((room.end_byte - 1, room.end_byte - 1, "\n" + "\n".join(members) + "\n"))
    return edit(code, taken), edit(tests, given)
