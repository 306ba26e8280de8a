"""Sectioned responses as models really write them, in every language: read where the form is there, else named.

Each starts from a worked example of the language's bank, and one thing about it is wrong.
"""

import re

import pytest

from assets.candidate_responses.sectioned import example_response
from assets.candidate_responses.sections import Fault, SectionedResponse, parse_response
from assets.instructions.few_shot_bank import bank
from assets.rows.reasons import Reason
from assets.source_code.code_blocks import fenced
from resources.languages import RECORDS, lacking

LANGUAGES = [language for language in RECORDS if language not in lacking("few_shot")]
in_every_language = pytest.mark.parametrize("language", LANGUAGES)


def response(language: str) -> str:
    return example_response(bank(language)[0])


def read(text: str, language: str) -> SectionedResponse:
    parsed = parse_response(text, language)
    assert isinstance(parsed, SectionedResponse), parsed
    return parsed


def fault(text: str, language: str) -> str:
    parsed = parse_response(text, language)
    assert isinstance(parsed, Fault)
    assert parsed.reason is Reason.MALFORMED
    return parsed.detail


def section(text: str, name: str) -> str:
    """The text of one section with its heading, up to the next."""
    found = re.search(rf"#### {name}\n.*?(?=\n\n#### |\Z)", text, re.DOTALL)
    assert found
    return found[0]


FORMS = [
    "**{}**", "### {}:", "#### {} ####", "## {}", "#### **{}:**", "#### 4. {}", "**2. {}:**", "1. **{}**", "{}:",
    "{}\n---", "__{}__", "### Step 1: {}", "## **III. {}**", "**{}:** to begin with", "{}: to begin with",
    "#### {}: to begin with",
]  # fmt: skip


@in_every_language
@pytest.mark.parametrize("name", ["Reasoning", "Implementation", "Explanation", "Tests"])
def test_a_section_that_is_missing_is_named(language, name):
    text = response(language)
    assert fault(text.replace(section(text, name), ""), language) == f"no section {name.lower()}"


@in_every_language
def test_wherever_it_is_cut_off_it_is_refused_or_whole(language):
    """Cut in its code: an open block; cut before: a missing section. Only the tests' end may be lost unseen."""
    text = response(language)
    tests_begin = text.index("#### Tests")
    for end in range(0, tests_begin + len("#### Tests"), 37):
        detail = fault(text[:end], language)
        assert detail.startswith(("no section", "a code block is not closed")), (end, detail)
    assert fault(text[: text.rindex("```")], language) == "a code block is not closed"
    assert fault(text[: text.rindex("```") - 20], language) == "a code block is not closed"


@in_every_language
def test_talk_before_the_first_heading_goes_and_talk_at_the_end_stays_with_the_tests(language):
    text = response(language)
    around = f"Sure! Here's a {language} solution:\n\n---\n{text}\n\nHope this helps! Let me know."
    parsed = read(around, language)
    assert parsed.text == f"{text}\n\nHope this helps! Let me know."
    assert parsed.code == read(text, language).code
    assert parsed.tests == read(text, language).tests


@in_every_language
def test_a_response_in_a_fence_of_its_own_has_no_sections(language):
    """Inside a fence headings are code; blocks nested in it end it early, as in any Markdown."""
    text = response(language)
    assert fault(f"````markdown\n{text}\n````", language).startswith("no section")
    assert isinstance(parse_response(f"```markdown\n{text}\n```", language), Fault)


@in_every_language
def test_code_that_holds_a_fence_is_read_whole_in_a_longer_fence(language):
    shot = bank(language)[0]
    quoting = f"{shot.code.rstrip()}\n\n\n```\n#### Tests\n```"
    if language == "python":
        quoting = f'{shot.code.rstrip()}\n\n\nHELP = """\n```\n#### Tests\n```\n"""'
    text = response(language).replace(fenced(shot.code, language), fenced(quoting, language))
    assert f"````{language}\n" in text
    assert read(text, language).code == quoting.strip("\n")


@in_every_language
def test_output_shown_beside_the_tests_is_no_test_block(language):
    text = f"{response(language)}\n\nExpected output:\n```text\nall is well\n```\n```\n4 passed\n```"
    assert read(text, language).tests == read(response(language), language).tests


@in_every_language
@pytest.mark.parametrize("form", FORMS)
def test_headings_come_in_many_forms(language, form):
    text = re.sub(
        r"(?m)^#### (Reasoning|Implementation|Explanation|Tests)$",
        lambda heading: form.format(heading[1]),
        response(language),
    )
    assert read(text, language).code == read(response(language), language).code
    assert read(text, language).section_reasoning.startswith("to begin with") == form.endswith(
        "to begin with"
    )


@in_every_language
def test_the_language_found_in_place_of_the_one_asked_is_named(language):
    other = "python" if language != "python" else "go"
    text = response(other)
    assert fault(text, language) == f"no {language} block in the implementation; found: {other}"


@in_every_language
def test_tests_in_another_language_are_refused_and_it_is_named(language):
    text = response(language)
    tests = section(text, "Tests")
    swapped = text.replace(tests, tests.replace(f"```{language}", "```perl\n# a comment\n```\n```JS"))
    found = "javascript" if language != "javascript" else None
    if found:
        detail = f"0 {language} blocks in the tests, one is wanted; found: perl, {found}"
        assert fault(swapped, language) == detail
    else:
        assert read(swapped, language).tests == read(text, language).tests


@in_every_language
def test_blocks_without_a_language_are_told_from_others(language):
    text = response(language).replace(f"```{language}\n", "```\n")
    assert (
        fault(text, language)
        == f"no {language} block in the implementation; found: a block without a language"
    )


@pytest.mark.parametrize(
    ("language", "word"),
    [
        (language, word)
        for language in LANGUAGES
        for word in (language, *RECORDS[language].aliases)
        if " " not in word
    ],
)
def test_every_word_for_a_language_is_understood(language, word):
    text = response(language).replace(f"```{language}\n", f"```{word.upper()} title=answer\n")
    assert read(text, language).code == read(response(language), language).code


def test_no_code_at_all_says_only_that():
    text = (
        "#### Reasoning\nEasy.\n#### Implementation\nSee above.\n#### Explanation\nNone.\n#### Tests\nNone."
    )
    assert fault(text, "rust") == "no rust block in the implementation"


def test_a_block_in_a_list_is_indented_with_it():
    code = "fn twice(x: i32) -> i32 {\n    2 * x\n}"
    indented = fenced(code, "rust").replace("\n", "\n  ")
    text = response("rust")
    text = text.replace(section(text, "Implementation"), f"#### Implementation\n- So:\n\n  {indented}")
    assert read(text, "rust").code == code
