"""Words of every script, as a reader would take them apart."""

import polars as pl
import pytest

from assets.texts.words import WordKind, split_words


def words(text: str, kind: WordKind = "words") -> list[str]:
    return split_words(pl.Series([text]), kind).of(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("snake_case, camelCase; x2", ["snake_case", "camelCase", "x2"]),
        ("Größe naïve Žluťoučký", ["Größe", "naïve", "Žluťoučký"]),
        ("Напишите функцию!", ["Напишите", "функцию"]),
        ("写函数，一个", ["写", "函", "数", "一", "个"]),
        ("データをソート", ["データ", "を", "ソート"]),
        ("함수를 작성", ["함수를", "작성"]),
        ("ร์ที่", ["ร์", "ที่"]),
        ("हिन्दी में लिखें", ["हिन्दी", "में", "लिखें"]),
        ("שָׁלוֹם العَرَبِيَّة", ["שָׁלוֹם", "العَرَبِيَّة"]),
        ("می\u200cخواهم so\u00adft", ["میخواهم", "soft"]),
        ("𝒳 𠀀𠀁 ① ½", ["𝒳", "𠀀", "𠀁", "①", "½"]),
    ],
)
def test_words_of_a_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_operators_are_words_of_code() -> None:
    code = "a+b != -1 # ☕\nlambda x: x**2 // y ≤ z"
    assert words(code, "code") == [
        "a",
        "+",
        "b",
        "!=",
        "-",
        "1",
        "lambda",
        "x",
        ":",
        "x",
        "**",
        "2",
        "//",
        "y",
        "≤",
        "z",
    ]
    assert words(code) == words(code, "ascii") == ["a", "b", "1", "lambda", "x", "x", "2", "y", "z"]


def test_single_characters_of_scripts_without_spaces_are_counted() -> None:
    split = split_words(pl.Series(["用 Python 写", "plain", None, "", "ソート", "𠀀"]), "words")
    assert split.lone_characters().tolist() == [2, 0, 0, 0, 0, 1]
    assert split.wordless.tolist() == [False, False, False, True, False, False]
