"""Checks in tests of JavaScript and TypeScript: how conditions, handlers, reports and exits are written there.

`harness/node.js` keeps the account: its `watch`, `caught` and `reached` are what the marks call. Assertions are counted
by the harness itself. What all script languages share is in `script_checks.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from resources.sandbox.languages.node_names import ASSERT, as_constants, is_own_module, module_name
from resources.sandbox.languages.reported import counted_in
from resources.sandbox.languages.script_checks import CHECKS, GIVES, KEEPS, LEAVES, ScriptChecks
from resources.sandbox.languages.script_parts import Conditional, Handler, literals, report
from resources.sandbox.languages.syntax import declared_name, walk

FUNCTIONS = ("function_declaration", "function_expression", "arrow_function", "method_definition")
_ASSERTS = re.compile(
    r"^(?:[\w$]+\.)*(?:assert\w*|console\.assert|expect|should|t\.\w*(?:ok|is|equal|same|deepEqual|throws)"
    r"|(?:deep)?(?:strict)?equal|strictEqual|deepEqual|deepStrictEqual|throws|rejects|ok)(?:\.[\w$]+)*$",
    re.IGNORECASE,
)
_PRINTS = re.compile(r"^(?:console\.(?:log|error|warn|info|debug)|process\.std(?:out|err)\.write|print|log)$")
_FAILS = re.compile(r"^(?:\w*_)?fail\w*$|^not_?ok$", re.IGNORECASE)


@dataclass
class NodeChecks(ScriptChecks):
    """See `ScriptChecks`; `encloses`: whether the tests are in a block, where no `import` may."""

    encloses: bool = False

    def visit(self, node: Node) -> None:
        """Functions that end later, and exits before the last line."""
        if node.type in FUNCTIONS and any(child.type == "async" for child in node.children):
            self._later(node)
        elif node.type == "call_expression":
            called = node.child_by_field_name("function")
            text = called.text if called is not None else None
            if called is not None and text in (b"process.exit", b"console.assert"):
                name = "exit" if text == b"process.exit" else "consoleAssert"
                self.replace(called, f"globalThis.MARK.{name}")
                self.sites += text == b"console.assert"
            elif text is not None and _ASSERTS.match(text.decode()):
                self.sites += 1
            elif called is not None and text is not None and text.endswith(b".catch"):
                self._catch(node)
            else:
                self._require(node)
        elif node.type == "import_statement" and (
            self.encloses or is_own_module(module_name(node)) or module_name(node) in ASSERT
        ):
            self.replace(node, as_constants(node))
        elif node.type == "throw_statement" and node.named_children:
            thrown = node.named_children[0]
            self.around(thrown, "globalThis.MARK.thrown(", ")")

    def _require(self, call: Node) -> None:
        """`require` of the answer's own file, which is here, or of a test library that is not."""
        name = module_name(call)
        if name is not None and is_own_module(name):
            parent = call.parent
            given = (
                parent.child_by_field_name("name")
                if parent is not None and parent.type == "variable_declarator"
                else None
            )
            hint = (given.text or b"").decode() if given is not None and given.type == "identifier" else ""
            self.replace(call, f"globalThis.MARK.module('{name}','{hint}')")

    def _later(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        if body is None:
            return
        begin, end = "globalThis.MARK.begin();try{", "}finally{globalThis.MARK.end()}"
        if body.type == "statement_block":
            self.put(body.start_byte + 1, begin)
            self.put(body.end_byte - 1, "\n" + end, closing=True)
        else:
            self.around(body, "{" + begin + "return (", ")" + end + "}")

    def _catch(self, call: Node) -> None:
        """`promise.catch(print)`: what is caught there is only shown."""
        arguments = call.child_by_field_name("arguments")
        if arguments is None or len(arguments.named_children) != 1:
            return
        function = arguments.named_children[0]
        if function.type in ("identifier", "member_expression"):
            if _PRINTS.match((function.text or b"").decode()):
                self.around(function, "globalThis.MARK.swallow(", ")")
        elif function.type in FUNCTIONS and (body := function.child_by_field_name("body")) is not None:
            statements = tuple(body.named_children) if body.type == "statement_block" else (body,)
            kinds = self.kinds(statements)
            prints = bool(statements) and all(_print(node) is not None for node in statements)
            if (
                LEAVES not in kinds
                and CHECKS not in kinds
                and "pass" not in kinds
                and ("fail" in kinds or prints)
            ):
                self.around(function, "globalThis.MARK.swallow(", ")")

    def conditional(self, node: Node) -> Conditional | None:
        """An `if`, a choice of words, or `condition || report()`."""
        match node.type:
            case "if_statement" | "ternary_expression":
                condition, then = (
                    node.child_by_field_name("condition"),
                    node.child_by_field_name("consequence"),
                )
                otherwise = node.child_by_field_name("alternative")
                if condition is None or then is None:
                    return None
                if condition.type == "parenthesized_expression" and condition.named_children:
                    condition = condition.named_children[-1]
                return Conditional(condition, (then,), (otherwise,) if otherwise is not None else ())
            case "binary_expression":
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                operator = node.child_by_field_name("operator")
                if left is None or right is None or operator is None or operator.type not in ("&&", "||"):
                    return None
                return (
                    Conditional(left, (right,), ())
                    if operator.type == "&&"
                    else Conditional(left, (), (right,))
                )
            case _:
                return None

    def handlers(self, node: Node) -> Iterator[Handler]:
        """The `catch` of a `try`."""
        if node.type != "try_statement":
            return
        body, clause = node.child_by_field_name("body"), node.child_by_field_name("handler")
        caught = clause.child_by_field_name("body") if clause is not None else None
        if body is not None and clause is not None and caught is not None:
            yield Handler(_statements(body), clause, _statements(caught))

    def kind(self, node: Node) -> str | None:
        """See `ScriptChecks.kind`."""
        match node.type:
            case "throw_statement":
                return LEAVES
            case "return_statement":
                return GIVES
            case "call_expression":
                called = node.child_by_field_name("function")
                name = (called.text or b"").decode() if called is not None else ""
                if name == "process.exit":
                    return None if (node.text or b"").endswith(b"(0)") else LEAVES
                if _ASSERTS.match(name) or name.startswith("expect("):
                    return CHECKS
                if _PRINTS.match(name):
                    return report(node)
                if _FAILS.match(name):
                    return "fail"
                if name in ("reject", "done"):
                    return LEAVES if node.named_children[-1].named_children else None
                if name.endswith(".push"):
                    counts = self._counts(name.removesuffix(".push"))
                    return counts if counts in ("fail", LEAVES) else KEEPS
                return None
            case "update_expression":
                argument = node.child_by_field_name("argument")
                return self._counts((argument.text or b"").decode()) if argument is not None else None
            case "augmented_assignment_expression" | "assignment_expression":
                return self._assigned(node)
            case _:
                return None

    def _assigned(self, node: Node) -> str | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return None
        name, value = (left.text or b"").decode(), (right.text or b"").decode()
        if name == "process.exitCode":
            return LEAVES
        counts = self._counts(name)
        if node.type == "assignment_expression" and not re.search(r"\+|^(?:true|false)$", value):
            return KEEPS
        if value == "false":
            counts = {"pass": "fail", "fail": "pass", LEAVES: LEAVES}.get(counts or "")
        return counts or KEEPS

    def _counts(self, name: str) -> str | None:
        last = name.rpartition(".")[2]
        return LEAVES if name in self.deciding or last in self.deciding else counted_in(last)

    def is_function(self, node: Node) -> bool:
        """See `ScriptChecks.is_function`."""
        return node.type in (*FUNCTIONS, "generator_function_declaration", "generator_function", "class_body")

    def called(self, node: Node) -> str | None:
        """See `ScriptChecks.called`."""
        found = node.child_by_field_name("function") if node.type == "call_expression" else None
        return (found.text or b"").decode() if found is not None and found.type == "identifier" else None

    def own_functions(self) -> frozenset[str]:
        """See `ScriptChecks.own_functions`."""
        found: set[str] = set()
        for node in walk(self.root):
            if node.type in ("function_declaration", "generator_function_declaration"):
                found.add(declared_name(node) or "")
            if node.type == "variable_declarator":
                value = node.child_by_field_name("value")
                if value is not None and value.type in FUNCTIONS:
                    found.add(declared_name(node) or "")
            if node.type in ("formal_parameters", "arrow_function"):
                inside = node if node.type == "formal_parameters" else node.child_by_field_name("parameter")
                found |= (
                    {(each.text or b"").decode() for each in walk(inside) if each.type == "identifier"}
                    if inside
                    else set()
                )
        return frozenset(found)

    def watch(self, condition: Node, mode: str) -> None:
        """See `ScriptChecks.watch`."""
        self.around(condition, f"globalThis.MARK.watch('{mode}',", ")")

    def caught(self, handler: Handler, how: str) -> None:
        """See `ScriptChecks.caught`; a handler that names no error gets a name for it."""
        clause, body = handler.clause, handler.clause.child_by_field_name("body")
        name = clause.child_by_field_name("parameter")
        if body is None or (name is not None and name.type != "identifier"):
            return
        error = (name.text or b"").decode() if name is not None else f"{self.mark}e"
        if name is None:
            self.put(body.start_byte, f"({error})")
        self.put(body.start_byte + 1, f"globalThis.MARK.caught({error},'{how}');")

    def reached(self, node: Node) -> None:
        """See `ScriptChecks.reached`."""
        self.put(node.start_byte, "globalThis.MARK.reached();")

    def fails_always(self, node: Node) -> bool:
        """`assert.fail()`, `assert(false)`, `expect.fail()`."""
        return (
            node.type == "call_expression"
            and re.match(
                rb"(?:await\s+)?(?:assert(?:\.\w+)?\s*\(\s*false|[\w.]*\bfail\s*\(|expect\(\s*(?:true\)\.\w+\(false|false\)\.\w+\(true))",
                node.text or b"",
            )
            is not None
        )


def _statements(block: Node) -> tuple[Node, ...]:
    return tuple(child for child in block.named_children if child.type != "comment")


def _print(node: Node) -> str | None:
    """What `node` prints, where it prints and does nothing else."""
    if node.type == "expression_statement" and node.named_children:
        node = node.named_children[0]
    called = node.child_by_field_name("function") if node.type == "call_expression" else None
    if called is None or not _PRINTS.match((called.text or b"").decode()):
        return None
    return literals(node)
