"""MultiPL-E (Cassano et al. 2022): HumanEval and MBPP translated, one file a language.

A record's program is prompt, completion and tests one after the other, so its tests begin by closing what the prompt
opened. Here an answer closes its own function, and the tests stand alone: in Java and C#, where their main is a method
beside the function, they become a class that inherits it; Ruby's become a class that needs no test-unit.
"""

import re
from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms.fields import text
from assets.benchmarks.problem import Form
from resources.languages import language_named

FIELDS = ("name", "language", "prompt", "tests", "stop_tokens")
EDITION = "multipl-e"
_NAME = re.compile(r"(?:HumanEval|mbpp)_\d+_(\w+)")
_COMMENT = re.compile(r"^\s*(?:///?|#(?!include|!)|\*(?!/)|/\*\*?(?!/)|\"\"\")\s?(.*?)\s*(?:\*/|\"\"\")?$")

_ASSERT_EQUAL = """  def assert_equal(expected, actual)
    raise "expected #{expected.inspect}, got #{actual.inspect}" unless expected == actual
  end
"""


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The problem; in a language that is not judged here, without tests. `ValueError`: a name of no function."""
    written, prompt, tests = (text(record, field) for field in ("language", "prompt", "tests"))
    language = language_named(written)
    if language is None:  # its words and code are kept out of the data; nothing here could run it
        return {
            "problem_id": f"{written}/{text(record, 'name')}",
            "language": written.lower(),
            "prompt": prompt,
            "question": prompt,
            "docstring": _words(prompt),
            "edition": EDITION,
        }
    return {
        "problem_id": f"{written}/{text(record, 'name')}",  # a name is the same in every language
        "language": language,
        "form": Form.FUNCTION.value,
        "prompt": prompt,
        "question": prompt,
        "docstring": _words(prompt),
        "entry_point": _entry_point(record["name"], prompt, tests),
        "test": _alone(language, tests),
        "edition": EDITION,
    }


def _words(prompt: str) -> str | None:
    """What the comments of the prompt say."""
    found = [match[1] for match in map(_COMMENT.match, prompt.split("\n")) if match]
    return "\n".join(found).strip() or None


def _entry_point(name: str, prompt: str, tests: str) -> str:
    """The function that the problem's name means, as the language writes it: `a_b`, `aB` or `AB`.

    A few are called otherwise: theirs is the last function that the prompt begins and the tests name.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"has the name {name!r}, which is not benchmark, number and function")
    words = [word for word in found[1].split("_") if word]
    capital = "".join(word[:1].upper() + word[1:] for word in words)
    for one in (found[1], capital[:1].lower() + capital[1:], capital):
        if re.search(rf"\b{re.escape(one)}\b", prompt):
            return one
    code = "\n".join(line for line in prompt.split("\n") if not _COMMENT.match(line))
    begun = [one for one in re.findall(r"\b(\w+)\s*\(", code) if re.search(rf"\b{one}\b", tests)]
    if not begun:
        raise ValueError(f"has the name {name!r}, whose function is not in its prompt")
    return begun[-1]


def _alone(language: str, tests: str) -> str:
    """`tests` without the end of the answer's function."""
    if language in ("java", "csharp"):
        owner = "extends Problem" if language == "java" else ": Problem"
        return f"class ProblemTests {owner} {{\n{_without(tests, '}')}"
    return _without_test_unit(_without(tests, "end")) if language == "ruby" else _without(tests, "}")


def _without_test_unit(tests: str) -> str:
    """Ruby's test class with its one kind of assertion defined, and called."""
    plain = re.sub(r"(?m)^require ['\"]test/unit['\"]\s*$", "", tests)
    owners = re.findall(r"(?m)^class\s+(\w+)\s*<\s*Test::Unit::TestCase", plain)
    if len(owners) != 1:
        raise ValueError("has Ruby tests without their one class of Test::Unit")
    plain = re.sub(r"<\s*Test::Unit::TestCase", f"\n{_ASSERT_EQUAL}", plain)
    calls = "".join(f"{owners[0]}.new.{name}\n" for name in re.findall(r"\bdef\s+(test\w*)", plain))
    return f"{plain.rstrip()}\n{calls}"


def _without(tests: str, closing: str) -> str:
    found = re.match(rf"\s*{re.escape(closing)}[ \t]*\n", tests)
    return tests[found.end() :] if found else tests
