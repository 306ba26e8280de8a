"""Every table by language against the registry: complete, or absent with a reason; names mean one language each."""

import re
from collections import Counter
from importlib import import_module
from importlib.resources import files

import pytest

from assets.benchmarks.forms import humanevalpack
from assets.eval_scores.cutting import BRACES, STOPS
from assets.filtered_seeds.docstring_judge.judge import judged_languages
from assets.filtered_seeds.filters.banned import BANNED_IMPORTS
from assets.source_code.code_blocks import language_of
from assets.source_code.languages import rules_of
from assets.verdicts.useless.bodies import NUMBER, TEXT, THROW, TRUTH
from assets.verdicts.useless.reading import NO_TYPES
from resources import languages
from resources.languages import LANGUAGES, RECORDS, lacking, language_named
from resources.languages.record import PARTS
from resources.sandbox.languages import LANGUAGES as SANDBOXED
from resources.sandbox.languages.assertions import COUNTED, OTHER
from resources.sandbox.languages.check_words import CHECK_WORDS
from resources.type_checker.syntax import TOOLS


def names_in(package: str, suffix: str) -> set[str]:
    """Names of the files of a folder, without their ending."""
    return {file.name.removesuffix(suffix) for file in files(package).iterdir() if file.name.endswith(suffix)}


def has(part: str) -> set[str]:
    return set(LANGUAGES) - set(lacking(part))


COMPLETE = {
    "sandbox": lambda: {*SANDBOXED, "python"},
    "few_shot": lambda: names_in("assets.instructions.few_shot", ".yaml"),
    "docstring_examples": lambda: set(judged_languages()),
    "imports": lambda: set(BANNED_IMPORTS),
}
"""For each part that a language may lack, the languages that have it."""

AMONG = {
    "checks that harnesses count": COUNTED,
    "parsers of toolchains": TOOLS,
    "braces": BRACES,
    "HumanEvalPack": humanevalpack.LANGUAGES,
}
"""Tables of some languages: every name in them is one of ours."""


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_there_or_its_absence_has_a_reason(part: str) -> None:
    assert COMPLETE[part]() == has(part)
    assert all(len(why) > 10 for why in lacking(part).values())


def test_nothing_is_absent_that_has_no_name() -> None:
    assert {part for record in RECORDS.values() for part in record.absent} <= set(PARTS)


@pytest.mark.parametrize("table", AMONG)
def test_a_table_names_only_languages(table: str) -> None:
    assert set(AMONG[table]) <= set(LANGUAGES)


def test_tables_of_every_language() -> None:
    assert set(LANGUAGES) <= set(STOPS)
    here = names_in("resources.languages", ".py") - {
        "__init__",
        "record",
        "of_files",
        "parser_input",
        "grammars",
    }
    assert here == set(LANGUAGES)


def test_tables_of_every_language_whose_programs_are_judged() -> None:
    """A language's checks are told by marks, for which it has words, or are counted by a harness of its own."""
    count_themselves = {name for name, language in SANDBOXED.items() if language.counts_checks}
    assert set(CHECK_WORDS) == set(SANDBOXED) - count_themselves
    assert set(OTHER) == count_themselves
    assert set(THROW) == set(SANDBOXED)
    typed = set(SANDBOXED) - NO_TYPES | {"php"}  # whose types may be declared
    assert set(NUMBER) == set(TRUTH) == set(TEXT) == typed


@pytest.mark.parametrize("language", LANGUAGES)
def test_expressions_about_tests_are_there_where_programs_are_judged(language: str) -> None:
    record = RECORDS[language]
    for said in (record.chance, record.reads_itself):
        assert bool(said) == (language in {*SANDBOXED, "python"})
        assert not said or not re.search(said, "")
        re.compile(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_record_is_whole(language: str) -> None:
    record = RECORDS[language]
    assert record.name == language
    assert record.title.lower() != "" and record.extensions and record.line_comments
    assert record.documentation and record.tests and record.stops and record.begins
    assert not re.match(record.begins, "Here is how the function works.")
    assert record.tests.startswith("checks the solution")
    named = (*record.aliases, *record.extensions, *record.file_names, *record.interpreters)
    assert all(name == name.lower() for name in named)
    package = import_module(record.grammar.package)
    for function in (*record.grammar.functions, *filter(None, [record.grammar.fragment])):
        assert callable(getattr(package, function))
    assert rules_of(language).name == language
    assert record.test_words or language == "python"


@pytest.mark.parametrize("names", ["BY_NAME", "BY_EXTENSION", "BY_FILE_NAME", "BY_INTERPRETER"])
def test_a_name_means_one_language(names: str) -> None:
    field = {
        "BY_NAME": lambda record: {record.name, *record.aliases},
        "BY_EXTENSION": lambda record: record.extensions,
        "BY_FILE_NAME": lambda record: record.file_names,
        "BY_INTERPRETER": lambda record: record.interpreters,
    }[names]
    counted = Counter(name for record in RECORDS.values() for name in field(record))
    assert [name for name, times in counted.items() if times > 1] == []
    assert set(getattr(languages, names)) == set(counted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alias_means_the_language_in_a_dump_and_after_a_fence(language: str) -> None:
    for alias in (language, *RECORDS[language].aliases):
        assert language_named(f" {alias.upper()} ") == language
        assert language_of(alias) == language
    assert language_of("cobol") == "cobol"
