"""The form of a sectioned response: what is rendered is read back, and ugly output is rejected by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.candidate_responses.sections import (
    Fault,
    SectionedResponse,
    parse_response,
    render_response,
)
from assets.rows.reasons import Reason

CODE = "def double(x):\n    return 2 * x"
TESTS = "assert double(2) == 4"
GOOD = render_response("Think.", CODE, "It doubles.", TESTS, "python")

prose = st.text(alphabet="abc .,*-\n`", min_size=1, max_size=60).filter(
    lambda text: text.strip() and "```" not in text
)


@given(prose, prose, st.sampled_from(["x = 1", CODE, "s = '''\n```\n#### Tests\n```\n'''"]))
def test_what_is_rendered_is_read_back(reasoning, explanation, code):
    parsed = parse_response(render_response(reasoning, code, explanation, TESTS, "python"), "python")
    assert isinstance(parsed, SectionedResponse)
    assert (parsed.code, parsed.tests) == (code, TESTS)
    assert (parsed.section_reasoning, parsed.section_explanation) == (reasoning.strip(), explanation.strip())


pieces = st.sampled_from(
    ["#### Reasoning", "#### Implementation", "#### Explanation", "#### Tests", "```python", "```", "~~~",
     CODE, TESTS, "", "text", "    def", "```js", "assert", "### Tests:", "\x00", "def f(:"]
)  # fmt: skip


@given(
    st.one_of(st.text(), st.lists(pieces, max_size=16).map("\n".join)),
    st.sampled_from(["python", "go", "bash"]),
)
def test_any_text_is_a_response_or_a_fault(text, language):
    parsed = parse_response(text, language)
    assert isinstance(parsed, SectionedResponse | Fault)
    if isinstance(parsed, SectionedResponse):
        assert parse_response(parsed.text, language) == parsed
        assert parsed.code.strip() and parsed.tests.strip()


def fault(text: str) -> tuple[Reason, str]:
    parsed = parse_response(text, "python")
    assert isinstance(parsed, Fault)
    return parsed.reason, parsed.detail


def without(section: str) -> str:
    parts = GOOD.split("#### ")
    return "#### ".join(part for part in parts if not part.startswith(section))


@pytest.mark.parametrize("section", ["Reasoning", "Implementation", "Explanation", "Tests"])
def test_a_missing_section_is_named(section):
    assert fault(without(section)) == (Reason.MALFORMED, f"no section {section.lower()}")


@pytest.mark.parametrize("section", ["Reasoning", "Implementation", "Explanation", "Tests"])
def test_a_section_twice_is_refused(section):
    assert fault(f"{GOOD}\n#### {section}\nmore")[1].startswith("a section twice")


def test_sections_out_of_order_are_refused():
    parts = GOOD.split("#### ")[1:]
    swapped = "#### " + "#### ".join([parts[1] + "\n", parts[0], parts[2], parts[3]])
    assert fault(swapped)[1].startswith("sections out of order")


def test_a_text_cut_off_in_its_code_is_refused():
    assert fault(GOOD[:-4]) == (Reason.MALFORMED, "a code block is not closed")
    assert fault("") == (Reason.MALFORMED, "no section reasoning, implementation, explanation, tests")


@pytest.mark.parametrize(
    ("tests", "reason", "detail"),
    [
        ("print(double(2))", Reason.NO_TESTS, "nothing is asserted"),
        ("def test_it():\n    assert double(2) == 4", Reason.NO_TESTS, "only define"),
        ("import math\nclass T:\n    def t(self):\n        assert 1", Reason.NO_TESTS, "only define"),
        ("assert double(2 ==", Reason.MALFORMED, "do not compile"),
        ("assert " + "(" * 3000 + ")" * 3000, Reason.MALFORMED, "do not compile"),
    ],
)
def test_tests_that_test_nothing_are_refused(tests, reason, detail):
    found = fault(render_response("r", CODE, "e", tests, "python"))
    assert found[0] == reason
    assert detail in found[1]


def test_other_languages_than_asked_are_refused():
    assert (
        "no python block in the implementation"
        in fault(GOOD.replace("```python\ndef", "```javascript\ndef"))[1]
    )
    assert "0 python blocks in the tests" in fault(GOOD.replace("```python\nassert", "```js\nassert"))[1]
    assert "0 python blocks in the tests" in fault(GOOD.replace("```python\nassert", "```\nassert"))[1]


def test_two_test_blocks_are_refused():
    assert "2 python blocks" in fault(f"{GOOD}\n```python\nassert True\n```")[1]


def test_code_that_does_not_compile_is_left_out_or_refused():
    assert "compiles" in fault(render_response("r", "def double(x:", "e", TESTS, "python"))[1]
    both = GOOD.replace("\n\n#### Explanation", "\n```python\ndef broken(\n```\n\n#### Explanation")
    parsed = parse_response(both, "python")
    assert isinstance(parsed, SectionedResponse)
    assert parsed.code == CODE


def test_code_of_all_sections_before_the_tests_runs_together():
    more = GOOD.replace("It doubles.", "It doubles.\n```python\ntriple = 3\n```")
    parsed = parse_response(more, "python")
    assert isinstance(parsed, SectionedResponse)
    assert parsed.code == f"{CODE}\n\ntriple = 3"


def test_prose_before_the_first_heading_is_cut_off():
    parsed = parse_response(f"Sure, here it is!\n\n{GOOD}\n\n", "python")
    assert isinstance(parsed, SectionedResponse)
    assert parsed.text == GOOD


@pytest.mark.parametrize("form", ["## Tests", "#### **Tests**", "### tests:", "#### Tests ####", "# TESTS"])
def test_headings_are_recognised_in_the_forms_that_models_write(form):
    assert isinstance(parse_response(GOOD.replace("#### Tests", form), "python"), SectionedResponse)


def test_headings_inside_code_do_not_count():
    inside = GOOD.replace("assert double", "#### Tests\n# Reasoning\nassert double")
    assert isinstance(parse_response(inside, "python"), SectionedResponse)


def test_windows_line_ends_are_read():
    assert isinstance(parse_response(GOOD.replace("\n", "\r\n"), "python"), SectionedResponse)


@pytest.mark.parametrize("language", ["go", "rust", "bash", "ruby", "typescript"])
def test_tests_that_assert_nothing_are_refused_in_every_language(language):
    parsed = parse_response(render_response("r", "twice", "e", "twice 2", language), language)
    assert parsed == Fault(Reason.NO_TESTS, "nothing is asserted in the tests")


def test_other_languages_are_not_compiled_here():
    text = render_response("r", "fun main() {", "e", "assert(main)", "swift")
    parsed = parse_response(text, "swift")
    assert isinstance(parsed, SectionedResponse)
    assert parsed.tests == "assert(main)"
