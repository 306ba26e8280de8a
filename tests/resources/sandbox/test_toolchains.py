"""Finding toolchains: what is missing is named with its packages, what is there works in the sandbox."""

import pytest

from resources.sandbox import bubblewrap, toolchains
from resources.sandbox.base import Limits, SandboxUnavailable, Verdict
from resources.sandbox.isolation import isolation
from resources.sandbox.languages import LANGUAGES, tools
from resources.sandbox.server_process import Backend


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(toolchains, "_found", {})
    monkeypatch.setattr(tools.shutil, "which", lambda *_, **__: None)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.usefixtures("nothing_installed")
def test_a_missing_toolchain_is_unsupported_and_says_what_to_install(language: str):
    judged = toolchains.judge_program(language, *LANGUAGES[language].hello, Limits())
    assert judged.verdict is Verdict.UNSUPPORTED
    assert "apt-get install " + " ".join(LANGUAGES[language].packages) in judged.detail
    with pytest.raises(SandboxUnavailable, match="apt-get install"):
        toolchains.identity(language)
    assert toolchains.found(language).problem == judged.detail


def test_an_unknown_language_is_unsupported():
    assert toolchains.judge_program("swift", "", "", Limits()).verdict is Verdict.UNSUPPORTED
    with pytest.raises(SandboxUnavailable, match="it knows python and bash"):
        toolchains.toolchain("cobol")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.slow(seconds=1)
def test_a_toolchain_that_does_not_work_is_not_offered(language: str, monkeypatch: pytest.MonkeyPatch):
    if LANGUAGES[language].locate() is None:
        pytest.skip(f"no {language} on this machine")
    monkeypatch.setattr(toolchains, "_found", {})
    code, tests = LANGUAGES[language].hello
    monkeypatch.setattr(type(LANGUAGES[language]), "hello", (code.replace("+", "-"), tests))
    with pytest.raises(SandboxUnavailable, match="does not work inside the sandbox"):
        toolchains.toolchain(language)


def test_every_toolchain_works_under_landlock_too():
    try:
        isolation("landlock")
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    there = [language for language in LANGUAGES if LANGUAGES[language].locate() is not None]
    with bubblewrap.using(Backend.LANDLOCK):
        problems = {language: toolchains.found(language).problem for language in there}
    assert not any(problems.values()), problems


def test_a_command_has_its_own_folder_for_temporary_files_under_landlock():
    try:
        isolation("landlock")
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    script = (
        "mktemp >made && [ $TMPDIR = $HOME ] && [ $PWD = $HOME ] && [ $CACHE = $HOME/cache ] && ls $TMPDIR"
    )
    with bubblewrap.using(Backend.LANDLOCK):
        done = bubblewrap.run(["bash", "-c", script], env={"CACHE": "/tmp/cache"})
    assert done.exit_code == 0, done.output_tail
    assert len(done.output_tail.split()) == 2  # `made`, and the temporary file


def test_identity_names_version_and_harness():
    there = [language for language in LANGUAGES if not toolchains.found(language).problem]
    assert "bash" in there
    for language in there:
        about = toolchains.identity(language)
        assert about["toolchain"] == toolchains.toolchain(language).version
        assert about["harness"]
