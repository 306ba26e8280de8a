"""The docstring judge: what it is shown, which answers keep a function, whatever the row order."""

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.asking.asker import GENERATION
from assets.asking.first_word import first_word
from assets.asking.spending import BUDGET_SPENT
from assets.filtered_seeds.docstring_judge.judge import (
    examples,
    judge_docstrings,
    judged_languages,
    requests,
    without_docstring,
    without_documentation,
)
from assets.filtered_seeds.docstring_judge.settings import DocstringJudge
from assets.filtered_seeds.extraction.extract import extract
from assets.filtered_seeds.extraction.settings import ExtractionSettings
from assets.source_code.languages import rules_of
from assets.source_code.parsing import Deadline, parse
from resources.engines.base import CANDIDATES
from resources.languages import LANGUAGES, lacking

SETTINGS = DocstringJudge.model_validate({})
AROUND = {"php": "<?php {}", "java": "class Example { {} }", "csharp": "class Example { {} }"}
"""What makes a file of a function where the function alone is none."""


def seeds(*answers: str, docstring: str | None = "Gives x.") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "seed_id": [f"s{n}" for n in range(len(answers))],
            "language": ["python"] * len(answers),
            "seed": [f'def f{n}(x):\n    """Gives x."""\n    return x' for n in range(len(answers))],
            "docstring": [docstring] * len(answers),
            "n_lines": [3] * len(answers),
        },
        schema_overrides={"docstring": pl.String},
    )


def answering(*answers: str | None, ended: dict[int, str] | None = None, candidates: list | None = None):
    def ask(asked, sampling, stage):
        assert sampling.max_tokens == 5 and sampling.top_logprobs in (0, 5)
        numbers = [int(key[1:]) for key in asked["key"]]
        return asked.with_columns(
            pl.Series("text", [answers[n] for n in numbers], dtype=pl.String),
            pl.Series("finish_reason", [(ended or {}).get(n, "stop") for n in numbers], dtype=pl.String),
            pl.lit(None, pl.String).alias("detail"),
            pl.lit(None, GENERATION).alias("generation"),
            pl.Series("candidates", [(candidates or {n: None})[n] for n in numbers], dtype=CANDIDATES),
        )

    return ask


def test_the_first_word_decides():
    said = (
        "Yes",
        " yes, because",
        "No",
        "**Yes**",
        "Probably",
        "",
        "Yesterday",
        "no\nYes",
        "Yes",
        None,
        None,
    )
    ended = {8: "length", 9: "error", 10: BUDGET_SPENT}
    rows = seeds(*["?"] * len(said))
    outcome = judge_docstrings(rows, SETTINGS, answering(*said, ended=ended))
    assert outcome.kept["seed_id"].to_list() == ["s0", "s1", "s3", "s8"]
    assert outcome.kept.columns == [*rows.columns, "judged_by"]
    assert set(outcome.kept["judged_by"]) == {"first_word"}
    found = {row["id"]: (row["reason"], row["detail"]) for row in outcome.rejected.iter_rows(named=True)}
    assert set(outcome.rejected["stage"]) == {"docstring_judge"}
    assert found["s2"] == found["s7"] == ("docstring_quality", "no (first_word)")
    assert found["s4"] == ("docstring_quality", "neither yes nor no (first_word)\n--- raw text\nProbably")
    assert found["s5"][0] == found["s6"][0] == "docstring_quality"
    assert found["s9"][0] == "engine_error" and found["s10"][0] == "budget"
    assert outcome.kept.height + outcome.rejected.height == rows.height


def place(**likely: float) -> list[dict[str, object]]:
    return [{"token": token.replace("_", " "), "logprob": math.log(share)} for token, share in likely.items()]


@pytest.mark.parametrize(
    ("answer_by", "text", "candidates", "said"),
    [
        ("candidates", "No", [place(No=0.3, Yes=0.2, _yes=0.15)], "yes (candidates)"),
        ("candidates", "\n**No", [place(a=0.9), place(b=0.9), place(_No=0.7, Yes=0.2)], "no (candidates)"),
        ("candidates", "Yes", [place(Maybe=0.9, Not=0.1)], None),
        (
            "candidates",
            "no",
            [*[place(No=0.6)] * 1, *[place(x=0.9)] * 4, *[place(Yes=0.9)] * 3],
            "no (candidates)",
        ),
        ("candidates", "Yes", None, "yes (first_word)"),
        ("candidates", "Yes", [[]], None),
        ("first_word", "Yes", [place(No=0.9)], "yes (first_word)"),
        ("counted", "Well, yes. Not", None, "no (counted)"),
        ("counted", "Answer: Yes", None, "yes (counted)"),
        ("counted", "Knot", None, "no (counted)"),
        ("counted", "Maybe", None, None),
    ],
)
def test_each_rule_reads_an_answer_in_its_own_way(answer_by, text, candidates, said):
    settings = DocstringJudge.model_validate({"answer_by": answer_by})
    outcome = judge_docstrings(seeds("?"), settings, answering(text, candidates=[candidates]))
    found = [f"yes ({by})" for by in outcome.kept["judged_by"]]
    details = [detail.split("\n")[0] for detail in outcome.rejected["detail"]]
    found += [f"no ({answer_by})" if detail.startswith("no (") else None for detail in details]
    assert found == [said]
    assert all(answer_by in detail for detail in details)


def test_without_documentation_nothing_is_asked():
    outcome = judge_docstrings(seeds("?", "?", docstring=" \n"), SETTINGS, answering("Yes", "Yes"))
    assert outcome.kept.height == 0
    assert outcome.rejected["detail"].to_list() == ["no documentation"] * 2


def test_the_prompt_shows_seven_examples_in_an_order_of_the_row_and_the_function_without_its_docstring():
    asked = requests(seeds("?", "?", "?"), SETTINGS)
    prompts = asked["prompt"].to_list()
    names = {example.name: example.description.split("\n")[0] for example in examples("python")}
    orders = [sorted(names, key=lambda name: prompt.index(names[name])) for prompt in prompts]
    assert len({tuple(order) for order in orders}) == 3
    for prompt in prompts:
        assert prompt.count("### Answer\nYes") == 4 and prompt.count("### Answer\nNo") == 3
        assert prompt.endswith("return x\n```\n### Description\nGives x.\n### Answer\n")
        assert '"""' not in prompt
    again = requests(seeds("?", "?", "?").reverse(), SETTINGS)
    assert again.sort("key").equals(asked.sort("key"))


def test_the_prompt_shows_the_imports_that_the_function_needs():
    imports = pl.Series("imports", [["import math", "import re"], []], dtype=pl.List(pl.String))
    prompts = requests(seeds("?", "?").with_columns(imports), SETTINGS)["prompt"]
    assert "```python\nimport math\nimport re\n\n\ndef f0(x):\n    return x\n```" in prompts[0]
    assert "```python\ndef f1(x):\n    return x\n```" in prompts[1]


def test_there_are_examples_in_every_language_of_extraction():
    assert set(judged_languages()) == set(LANGUAGES) - set(lacking("docstring_examples"))
    with pytest.raises(ValueError, match=r"no labelled examples to judge docstrings in cobol"):
        examples("cobol")


@pytest.mark.parametrize("language", judged_languages())
def test_the_examples_parse_and_tell_both_answers(language):
    shown = examples(language)
    assert len(shown) == SETTINGS.shots == 7
    assert [example.answer for example in shown].count(True) == 4
    assert len({example.name for example in shown}) == 7
    around = AROUND.get(language, "{}")
    for example in shown:
        source = around.replace("{}", example.code).encode()
        tree = parse(source, rules_of(language).dialects[0], Deadline(10))
        assert not tree.root_node.has_error, example.name


@pytest.mark.parametrize(
    ("language", "seed"),
    [
        ("go", "// Twice gives 2n.\n//\n// Always.\nfunc Twice(n int) int {\n\treturn n * 2\n}"),
        ("java", "/** Twice n. */\n@Pure\nstatic int twice(int n) {\n    return n * 2;\n}"),
        ("rust", "#[inline]\n/// Twice n.\npub fn twice(n: u32) -> u32 {\n    n * 2\n}"),
        ("javascript", "/**\n * Twice n.\n */\nfunction twice(n) {\n  return n * 2;\n}"),
    ],
)
def test_a_documentation_comment_is_taken_out(language, seed):
    source = AROUND.get(language, "{}").replace("{}", f"\n{seed}\n")
    files = pl.DataFrame({"file_id": ["a"], "content": [source], "language": [language]})
    (row,) = extract(files, ExtractionSettings.model_validate({"kind": "function"})).kept.to_dicts()
    assert "wice" in row["docstring"] and row["seed"] == seed
    bare = without_documentation(row)
    assert "2n" not in bare and "Twice n" not in bare and bare.count("\n") >= 2
    assert [line for line in seed.split("\n") if line in bare.split("\n")] == bare.split("\n")


@pytest.mark.parametrize(
    ("seed", "bare"),
    [
        ('def f(x):\n    """Doc."""\n    return x', "def f(x):\n    return x"),
        ('def f(x):\n    """Doc\n    é\n    """\n\n    return x', "def f(x):\n\n    return x"),
        ('def f(x): "doc"; return x', "def f(x): return x"),
        ('@d\nasync def f(x):\n    r"""é"""; return x', "@d\nasync def f(x):\n    return x"),
        ("def f(x):\n    return x", "def f(x):\n    return x"),
        ('def f(x):\n    print x\n    """no"""', 'def f(x):\n    print x\n    """no"""'),
        ("x = 1", "x = 1"),
    ],
)
def test_a_docstring_is_taken_out(seed, bare):
    assert without_docstring(seed) == bare


@given(st.text())
def test_any_text_has_a_first_word_or_none(text):
    word = first_word(text)
    assert word is None or (word.isalpha() and word in text.lower())
