"""The text rules of Evol-Instruct's eliminations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.instructions.eliminations import (
    STOP_WORDS,
    has_no_content,
    refuses,
    says_the_same,
    words_of_the_prompt,
)

WORDS = ("given prompt", "rewritten prompt")


@pytest.mark.parametrize("text", ["", " \n", "...!?", "It is not.", "A, the & OF", "--- ___ ---"])
def test_punctuation_and_stop_words_are_no_content(text: str):
    assert has_no_content(text)


@pytest.mark.parametrize("text", ["x", "the sum", "```\n1\n```", "これ", "not_it2"])
def test_any_other_word_is_content(text: str):
    assert not has_no_content(text)


@given(st.lists(st.sampled_from([*sorted(STOP_WORDS), ",", "!", "\n"])))
def test_no_mix_of_stop_words_is_content(words: list[str]):
    assert has_no_content(" ".join(words))


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ("I'm sorry, but I cannot help.", True),
        ("SORRY.", True),
        ("Unsorry code sorrys on", False),
        ('Print it:\n```python\nprint("sorry")\n```', False),
        ("Sorry to say " + "word " * 80, False),
        ("word " * 78 + "sorry", True),
        ("word " * 79 + "sorry", False),
        ("", False),
    ],
)
def test_short_answers_that_are_sorry_refuse(answer: str, refused: bool):
    assert refuses(answer, ("sorry",), 80) is refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("### Rewritten Prompt\nSort a list.", "rewritten prompt"),
        ("As the GIVEN\nprompt says", "given prompt"),
        ("#Given_Prompt#", "given prompt"),
        ("A forgiven prompt, given prompts", None),
        ("Sort a list.", None),
    ],
)
def test_words_of_the_prompt_are_found(text: str, said: str | None):
    assert words_of_the_prompt(text, WORDS) == said


@pytest.mark.parametrize(
    ("verdict", "same"),
    [
        ("EQUAL", True),
        ("**Equal**.", True),
        ("different", False),
        ("Not equal", False),
        ("They are not  equal", False),
        ("Unequal.", False),
        ("DIFFERENT, not EQUAL", False),
        ("", None),
        ("equality", None),
        ("Yes", None),
    ],
)
def test_the_judges_word_is_read(verdict: str, same: bool | None):
    assert says_the_same(verdict) is same
