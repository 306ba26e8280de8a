"""Do the tests assert anything? Assertion sites in live code, found without running it.

A site is an `assert`, a thrown error, a panic or a failing exit. A site in a function that the tests never
mention again does not count, so tests that are only defined and never called are no tests.
"""

import re
from collections import Counter

from tree_sitter import Node

from resources.sandbox.languages.check_words import CHECK_WORDS
from resources.sandbox.languages.checks import Suite
from resources.sandbox.languages.syntax import code_only, declared_name, parse, walk

_NODE_ASSERT = (
    r"\bassert\b(?:\s*\.\s*\w+)*\s*\(|(?<![.\w])(?:(?:deep)?(?:strict)?equal|(?:deep)?strictEqual|deepEqual"
    r"|not(?:Deep)?(?:Strict)?Equal|deepStrictEqual|throws|rejects|doesNotThrow|doesNotReject|ok)\s*\("
)
COUNTED = {
    "javascript": _NODE_ASSERT,
    "typescript": _NODE_ASSERT,
}
"""Sites the harness counts as they hold."""

OTHER = {
    "javascript": r"\bthrow\b|\bexpect\s*\(|\bprocess\s*\.\s*exit",
    "typescript": r"\bthrow\b|\bexpect\s*\(|\bprocess\s*\.\s*exit",
    "bash": r"\bexit\b|\breturn\b|\bset\s+-\w*e|\bfalse\b|\bassert\w*|\[|\btest\b|\bdiff\b|\bcmp\b|\bgrep\b",
    "php": r"\bassert\s*\(|\bthrow\b|\b(?:exit|die)\b|\btrigger_error\b",
    "ruby": r"\braise\b|\bfail\b|\babort\b|\bexit\b|\bassert\w*|\brefute\w*",
}
"""Sites that the harness cannot count."""

_FUNCTION = re.compile(
    r"^(function_(definition|declaration|item)|method(_declaration|_definition)?|local_function_statement"
    r"|variable_declarator|singleton_method)$"
)
_ENTRY = re.compile(r"^(main|Main|Test\w*|init)$")


def live_sites(language: str, tests: str) -> tuple[int, int]:
    """(sites the harness counts, other sites) of `tests` that are in live code."""
    if language in CHECK_WORDS:
        return Suite(language, tests).sites, 0
    text = code_only(language, tests).encode()
    dead = _dead_ranges(language, tests, text)

    def live(pattern: str | None) -> int:
        found = re.finditer(pattern.encode(), text) if pattern else ()
        return sum(not any(start <= site.start() < end for start, end in dead) for site in found)

    return live(COUNTED.get(language)), live(OTHER[language])


def _dead_ranges(language: str, tests: str, text: bytes) -> list[tuple[int, int]]:
    """Byte ranges of functions whose name stands nowhere in `text` but at their definition."""
    dead: list[tuple[int, int]] = []
    words = Counter(word.decode() for word in re.findall(rb"[\w$]+", text))
    for node in walk(parse(language, tests)):
        if not _FUNCTION.match(node.type):
            continue
        name = declared_name(node)
        if name is None or _ENTRY.match(name) or _has_attribute(node):
            continue
        if node.type == "variable_declarator" and not _is_function_value(node):
            continue
        if words[name] == 1:
            dead.append((node.start_byte, node.end_byte))
    return dead


def _is_function_value(node: Node) -> bool:
    value = node.child_by_field_name("value")
    return value is not None and value.type in ("arrow_function", "function_expression", "function")


def _has_attribute(node: Node) -> bool:
    """Rust's `#[test]`, which runs a function that nothing mentions."""
    before = node.prev_named_sibling
    return before is not None and before.type == "attribute_item"
