"""The sectioned response: reasoning, implementation, explanation, tests; written and read as text.

The rules of form are StarCoder2-Instruct's: four sections in this order, each exactly once; code in the
implementation; exactly one block in the tests, which must assert something and not only define. Frames and
prompts are in `sectioned.py`.
"""

import ast
import re
import warnings
from dataclasses import dataclass

from assets.candidate_responses.assertions import asserts_something
from assets.rows.reasons import Reason
from assets.source_code.answer_text import without_drafts
from assets.source_code.code_blocks import Block, fenced, language_of, scan
from assets.source_code.headings import headings

SECTIONS = ("reasoning", "implementation", "explanation", "tests")
"""The sections in their order."""

HEADINGS = {section: f"#### {section.capitalize()}" for section in SECTIONS}
"""How a prompt writes the heading of each section; reading takes every form of `headings`."""


@dataclass(frozen=True)
class SectionedResponse:
    """A response that has the form.

    `text` is the response from its first heading on; `code` all code that is before the tests and
    `tests` the test block, both without fences; the other four are the sections' Markdown.
    """

    text: str
    code: str
    tests: str
    section_reasoning: str
    section_implementation: str
    section_explanation: str
    section_tests: str


@dataclass(frozen=True)
class Fault:
    """Why a text is no sectioned response."""

    reason: Reason
    detail: str


def render_response(reasoning: str, code: str, explanation: str, tests: str, language: str) -> str:
    """The text of a response with these parts, `code` and `tests` being plain source."""
    bodies = (reasoning.strip(), fenced(code, language), explanation.strip(), fenced(tests, language))
    return "\n\n".join(f"{HEADINGS[section]}\n{body}" for section, body in zip(SECTIONS, bodies, strict=True))


def parse_response(text: str, language: str) -> SectionedResponse | Fault:
    """Read a response in `language` (lower-case name), or say what is wrong with it; never raises."""
    cut = _cut(text)
    if isinstance(cut, Fault):
        return cut
    first, bodies = cut
    for section in SECTIONS:
        if not bodies[section].strip():
            return _malformed(f"section {section} is empty")
    blocks = {section: _blocks(bodies[section], language) for section in SECTIONS}
    code = [
        block for section in SECTIONS[:-1] for block in blocks[section] if _compiles(block.text, language)
    ]
    if not blocks["implementation"]:
        return _malformed(
            f"no {language} block in the implementation{_other_blocks(bodies['implementation'], language)}"
        )
    if not any(_compiles(block.text, language) for block in blocks["implementation"]):
        return _malformed(f"no {language} block of the implementation compiles")
    if len(blocks["tests"]) != 1:
        return _malformed(
            f"{len(blocks['tests'])} {language} blocks in the tests, one is wanted"
            f"{_other_blocks(bodies['tests'], language)}"
        )
    tests = blocks["tests"][0].text
    fault = _tests_fault(tests, language)
    if fault is not None:
        return fault
    return SectionedResponse(
        first,
        "\n\n".join(block.text.strip("\n") for block in code),
        tests,
        *(bodies[s].strip() for s in SECTIONS),
    )


def _cut(text: str) -> tuple[str, dict[str, str]] | Fault:
    """The text from its first heading on, and each section's body; prose before the first heading goes."""
    scanned = scan(without_drafts(text))
    if scanned.blocks and not scanned.blocks[-1].closed:
        return _malformed("a code block is not closed")
    found = headings(scanned, SECTIONS)
    names = [heading.name for heading in found]
    missing = [section for section in SECTIONS if section not in names]
    if missing:
        return _malformed(f"no section {', '.join(missing)}")
    if len(names) != len(SECTIONS):
        return _malformed(f"a section twice: {', '.join(names)}")
    if tuple(names) != SECTIONS:
        return _malformed(f"sections out of order: {', '.join(names)}")
    ends = [heading.first for heading in found[1:]] + [len(scanned.lines)]
    bodies = {
        heading.name: "\n".join([heading.rest, *scanned.lines[heading.line + 1 : end]])
        for heading, end in zip(found, ends, strict=True)
    }
    return "\n".join(scanned.lines[found[0].first :]).strip(), bodies


def _blocks(body: str, language: str) -> list[Block]:
    return [block for block in scan(body).blocks if block.is_in(language) and block.text.strip()]


def _other_blocks(body: str, language: str) -> str:
    """What blocks there are in place of `language`: `; found: javascript`, or nothing."""
    blocks = [block for block in scan(body).blocks if block.text.strip() and not block.is_in(language)]
    named = dict.fromkeys(language_of(block.info) or "a block without a language" for block in blocks)
    return f"; found: {', '.join(named)}" if named else ""


def _tests_fault(tests: str, language: str) -> Fault | None:
    if language != "python":
        asserts = asserts_something(tests, language)
        return None if asserts else Fault(Reason.NO_TESTS, "nothing is asserted in the tests")
    tree = _parsed(tests)
    if tree is None:
        return _malformed("the tests do not compile")
    if not re.search(r"\bassert", tests):
        return Fault(Reason.NO_TESTS, "nothing is asserted in the tests")
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    if all(isinstance(node, definitions) or _is_text(node) for node in tree.body):
        return Fault(Reason.NO_TESTS, "the tests only define and never run")
    return None


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _compiles(source: str, language: str) -> bool:
    """Only Python is checked here; other languages are left to their toolchain in the sandbox."""
    return language != "python" or _parsed(source) is not None


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in a model's strings are its own affair
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _malformed(detail: str) -> Fault:
    return Fault(Reason.MALFORMED, detail)
