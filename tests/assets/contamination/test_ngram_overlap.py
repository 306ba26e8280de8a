"""n-gram overlap: what shares a run of words with a problem is found, whatever stands between the words."""

import re

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.contamination.ngram_overlap import FEWEST_WORDS, ngram_hits

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=14)


def problems(*questions: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "benchmark": ["b"] * len(questions),
            "problem_id": [f"p{i}" for i in range(len(questions))],
            "question": questions,
        },
        schema_overrides={"question": pl.String},
    )


def rows(*texts: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"id": [f"r{i}" for i in range(len(texts))], "text": texts}, schema_overrides={"text": pl.String}
    )


def hits(texts: pl.DataFrame, asked: pl.DataFrame, words: int) -> list[tuple]:
    return (
        ngram_hits(texts, asked, pl.col("text"), "id", words=words)
        .select("id", "problem_id", "matched")
        .rows()
    )


def test_a_run_of_words_is_found_through_case_and_punctuation():
    asked = problems("Return the largest even number of a list, or None.")
    texts = rows(
        '"""return THE\n largest, even; number of..."""', "return the largest odd number of a list", None, ""
    )
    assert hits(texts, asked, 6) == [("r0", "p0", "return the largest even number of")]


def test_a_short_problem_is_found_whole_and_a_tiny_one_never():
    texts = rows(
        "please, would you sort these five words quickly now and then go on with the rest", "sort a list"
    )
    asked = problems("Sort these five words quickly!", "sort a list", None)
    assert hits(texts, asked, 13) == [("r0", "p0", "sort these five words quickly")]


@settings(deadline=None)
@given(st.lists(WORDS, max_size=5), st.lists(WORDS, max_size=5), st.integers(5, 8))
def test_it_finds_what_comparing_all_runs_finds(texts, questions, words):
    def runs(text: list[str], length: int) -> set[tuple[str, ...]]:
        return {tuple(text[i : i + length]) for i in range(len(text) - length + 1)}

    expected = {
        (f"r{i}", f"p{j}")
        for i, text in enumerate(texts)
        for j, question in enumerate(questions)
        if len(question) >= FEWEST_WORDS
        and runs(text, min(words, len(question))) & runs(question, min(words, len(question)))
    }
    found = hits(rows(*map(" ".join, texts)), problems(*map(", ".join, questions)), words)
    assert {(row, problem) for row, problem, _ in found} == expected
    for row, _, matched in found:
        assert matched in " ".join(re.findall(r"\w+", " ".join(texts[int(row[1:])])))


def test_a_problem_in_another_script_is_found_and_a_tiny_one_never():
    asked = problems(
        "编写一个函数，计算给定列表中所有偶数的平方和，并返回结果。",
        "Напишите функцию, которая возвращает наибольшее чётное число списка или None",
        "反转字符串",
        "リストを並べ替えて、重複する要素を取り除いてください。",
    )
    texts = rows(
        "题目：编写一个函数,计算给定列表中所有偶数的平方和,并返回结果。谢谢",
        "Задача. НАПИШИТЕ функцию, которая возвращает наибольшее чётное число списка или None!",
        "请编写一个函数，计算给定字符串的长度，并反转字符串",
        "リストを並べ替えて、重複する要素を取り除いてください。お願いします",
    )
    found = sorted(hits(texts, asked, 8))
    assert [(row, problem) for row, problem, _ in found] == [("r0", "p0"), ("r1", "p1"), ("r3", "p3")]
    assert found[0][2] == " ".join("编写一个函数计算给定列表中所有偶")
