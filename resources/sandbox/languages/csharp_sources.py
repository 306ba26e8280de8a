"""C#'s answer and tests as source files: two where both are whole, one where the tests close what the answer opened.

Belongs here: whose `using`, namespace, class and Main count. How the files are compiled and run is in `csharp.py`.
"""

import re

from tree_sitter import Node

from resources.sandbox.languages.syntax import code_only, edit, parse, walk

_TYPES = frozenset(
    (
        "class_declaration",
        "struct_declaration",
        "interface_declaration",
        "enum_declaration",
        "record_declaration",
    )
)


def sources(code: str, tests: str, mark: str) -> dict[str, str]:
    """File name -> text. The answer's own Main gives way to the tests', and with it a class that held nothing else.

    Tests in a file of their own see what the answer imports and its namespaces, as they would in the answer's file.
    """
    code, tests = _block_namespace(code), _block_namespace(tests)
    whole = _is_whole(code) and _is_whole(tests)
    if whole:
        tests = _in_a_class(tests, mark)
    tests = _waited_for(tests, mark)
    if _mains(parse("csharp", tests)):
        code = _without_main(code, mark)
    if not whole:
        return {"program.cs": f"{code}\n{tests}\n"}
    code, tests = _partial(code, tests)
    answer, suite = parse("csharp", code), parse("csharp", tests)
    own = set(_usings(suite))
    borrowed = [text for text in _usings(answer) if text not in own]
    spaces = {_text(n.child_by_field_name("name")) for n in walk(answer) if n.type == "namespace_declaration"}
    borrowed += [text for name in sorted(spaces) if (text := f"using {name};") not in own]
    return {"program.cs": f"{code}\n", "tests.cs": f"{''.join(borrowed)}{tests}\n"}


def _text(node: Node | None) -> str:
    return node.text.decode(errors="replace") if node is not None and node.text else ""


def _usings(root: Node) -> list[str]:
    """The directives at a file's head, in one form each."""
    return [" ".join(_text(node).split()) for node in root.children if node.type == "using_directive"]


def _is_whole(text: str) -> bool:
    """Whether no brace of `text` closes or is closed by another text's."""
    depth = 0
    for brace in re.findall(r"[{}]", code_only("csharp", text)):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _block_namespace(text: str) -> str:
    """`text` with `namespace A;` (C# 10, which Mono does not know) as a block."""
    for node in parse("csharp", text).children:
        if node.type == "file_scoped_namespace_declaration":
            name = _text(node.child_by_field_name("name"))
            return edit(text, [(node.start_byte, node.end_byte, f"namespace {name} {{")]) + "\n}\n"
    return text


def _in_a_class(tests: str, mark: str) -> str:
    """`tests` with top-level statements (C# 9, which Mono does not know) in a Main, their functions beside it."""
    usings, functions, statements, types = [], [], [], []
    for node in parse("csharp", tests).children:
        inner = node.children[0] if node.type == "global_statement" and node.children else node
        if inner.type == "local_function_statement":
            static = any(_text(child) == "static" for child in inner.children if child.type == "modifier")
            functions.append(("" if static else "static ") + _text(inner))
        elif node.type == "global_statement":
            statements.append(_text(node))
        else:
            (usings if node.type == "using_directive" else types).append(_text(node))
    if not statements:
        return tests
    body = "\n".join(statements)
    kind = "int" if re.search(r"\breturn\s+[^;\s]", code_only("csharp", body)) else "void"
    if re.search(r"\bawait\b", code_only("csharp", body)):
        kind = "async " + (
            "System.Threading.Tasks.Task<int>" if kind == "int" else "System.Threading.Tasks.Task"
        )
    main = f"static {kind} Main(string[] args) {{\n{body}\n}}"
    return "\n".join([*usings, f"static class {mark}T {{", main, *functions, "}", *types])


def _mains(root: Node) -> list[Node]:
    return [
        node
        for node in walk(root)
        if node.type in ("method_declaration", "local_function_statement")
        and _text(node.child_by_field_name("name")) == "Main"
        and any(_text(child) == "static" for child in node.children)
    ]


def _waited_for(tests: str, mark: str) -> str:
    """`tests` whose Main is a task (C# 7.1, which Mono does not know) with a Main that waits for it."""
    for main in _mains(parse("csharp", tests)):
        name, kind = main.child_by_field_name("name"), _text(main.child_by_field_name("returns"))
        found = re.search(r"\bTask\b(\s*<\s*int\s*>)?$", kind)
        if found is None or name is None:
            continue
        given = "null" if main.child_by_field_name("parameters").named_child_count else ""  # type: ignore[union-attr]
        task = f"{mark}_Main({given}).GetAwaiter().GetResult();"
        waits = f"static int Main() {{ return {task} }} " if found[1] else f"static void Main() {{ {task} }} "
        return edit(
            tests,
            [(main.start_byte, main.start_byte, waits), (name.start_byte, name.end_byte, f"{mark}_Main")],
        )
    return tests


def _without_main(code: str, mark: str) -> str:
    """`code` with its Main under another name; a class that holds nothing but it is left out."""
    edits = []
    for main in _mains(parse("csharp", code)):
        body = main.parent
        holder = body.parent if body is not None and body.type == "declaration_list" else None
        if holder is not None and holder.type in _TYPES and body is not None and body.named_child_count == 1:
            edits.append((holder.start_byte, holder.end_byte, ""))
        elif (name := main.child_by_field_name("name")) is not None:
            edits.append((name.start_byte, name.end_byte, f"{mark}_Main"))
    return edit(code, edits)


def _partial(code: str, tests: str) -> tuple[str, str]:
    """Both, where a class of the same name stands in each (`Program`, as a rule), as parts of one class."""
    ours, theirs = _classes(code), _classes(tests)
    shared = sorted(ours.keys() & theirs.keys())
    return tuple(  # type: ignore[return-value]
        edit(text, [(found[name], found[name], "partial ") for name in shared if found[name] >= 0])
        for text, found in ((code, ours), (tests, theirs))
    )


def _classes(text: str) -> dict[str, int]:
    """Top-level class, with its namespace -> where `partial` is to stand; -1 where it is partial as it is."""
    found: dict[str, int] = {}
    waiting = [("", node) for node in parse("csharp", text).children]
    while waiting:
        space, node = waiting.pop()
        name, body = _text(node.child_by_field_name("name")), node.child_by_field_name("body")
        if node.type == "namespace_declaration" and body is not None:
            waiting += [(f"{space}{name}.", child) for child in body.children]
        elif node.type == "class_declaration":
            keyword = next(child for child in node.children if child.type == "class")
            partial = any(_text(child) == "partial" for child in node.children if child.type == "modifier")
            found[space + name] = -1 if partial else keyword.start_byte
    return found
