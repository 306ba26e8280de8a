"""Programs that try to pass without being right, beside honest ones: each gets the verdict its name says.

A file's name is the verdicts that are right, with + between, and what it does. Above its line `=== TESTS ===`
stands the answer, below it the tests.
"""

from pathlib import Path

import pytest

from resources.sandbox.base import Limits, SandboxUnavailable
from resources.sandbox.languages import LANGUAGES
from resources.sandbox.toolchains import judge_program, toolchain

PROGRAMS = Path(__file__).parent / "programs"
FILES = sorted(PROGRAMS.glob("*/*"))
LIMITS = Limits(cpu_s=2.0, retry_cpu_s=0.0, memory_mb=512)


def parts(file: Path) -> tuple[str, str]:
    comment = "#" if file.suffix in (".sh", ".rb") else "//"
    code, tests = file.read_text().split(f"{comment} === TESTS ===\n")
    return code, tests


def test_every_language_has_programs_of_both_kinds():
    names = {folder.name: [file.name for file in folder.iterdir()] for folder in PROGRAMS.iterdir()}
    assert set(names) == set(LANGUAGES)
    for language, files in names.items():
        assert any(name.startswith("pass__") for name in files), language
        assert any(name.startswith("fail") for name in files), language
        assert any(name.startswith("no_tests__") for name in files), language


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
@pytest.mark.slow(seconds=26)
def test_program(file: Path):
    language = file.parent.name
    try:
        version = toolchain(language).version
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    code, tests = parts(file)
    judged = judge_program(language, code, tests, LIMITS)
    assert judged.verdict.value in file.name.split("__")[0].split("+"), (judged.detail, judged.output_tail)
    assert judged.toolchain == version
    assert judged.proof == "in_process"
    assert len(judged.detail) <= 150 and judged.detail.isprintable()


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.slow(seconds=3)
def test_an_honest_program_after_hostile_ones_passes(language: str):
    try:
        toolchain(language)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    hostile = [file for file in FILES if file.parent.name == language and "descriptors" in file.name]
    for file in hostile:
        judge_program(language, *parts(file), LIMITS)
    assert judge_program(language, *LANGUAGES[language].hello, LIMITS).verdict.value == "pass"
