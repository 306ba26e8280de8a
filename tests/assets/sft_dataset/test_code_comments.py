"""Code without its comments means the same in every language; documentation and directives stay."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from assets.instructions.few_shot_bank import bank
from assets.sft_dataset.code_comments import tokens, without_code_comments
from assets.source_code.languages import rules_of
from resources.languages import LANGUAGES, lacking

HASH = ("ruby", "bash")
WITHOUT_SAMPLES = lacking("few_shot")
SLASHES = [name for name in LANGUAGES if name not in (*HASH, "python", *WITHOUT_SAMPLES)]
BOTH = [*SLASHES, *HASH]


def tokens_of(code: str, language: str) -> list[tuple[str, bytes]]:
    source = code.encode()
    return list(tokens(rules_of(language).dialects[0].parser.parse(source).root_node, source))


def commented(code: str, language: str, places: list[int], words: str) -> str:
    """`code` with a comment at the end of some lines, and one on a line of its own below others."""
    sign = "#" if language in HASH else "//"
    lines = code.rstrip("\n").split("\n")
    for number, place in enumerate(sorted({place % len(lines) for place in places}, reverse=True)):
        if number % 2:
            lines[place] += f"  {sign} {words}"
        else:
            lines.insert(place + 1, f"  {sign} {words}")
    return "\n".join(lines)


@pytest.mark.parametrize("language", BOTH)
@settings(max_examples=15, deadline=None)
@given(data=st.data(), places=st.lists(st.integers(0, 200), max_size=6))
def test_other_tokens_stay_as_they_are(language, data, places):
    shot = data.draw(st.sampled_from(bank(language)))
    code = commented(shot.code, language, places, 'zzz it\'s "so" {')
    bare = without_code_comments(code, language)
    assert tokens_of(bare, language) == tokens_of(code, language)
    assert without_code_comments(bare, language) == bare


@pytest.mark.parametrize("language", BOTH)
def test_comments_leave_real_code(language):
    """Code that a grammar cannot read, though its compiler can, keeps them: one example of Bash here."""
    unread = 0
    for shot in bank(language):
        whole = commented(shot.code, language, [-2, -2], "zzz")
        if rules_of(language).dialects[0].parser.parse(whole.encode()).root_node.has_error:
            unread += 1
            assert without_code_comments(whole, language) == whole
        else:
            bare = without_code_comments(whole, language)
            assert bare == without_code_comments(shot.code, language).rstrip("\n")
            assert "zzz" in whole and "zzz" not in bare
    assert unread <= (language == "bash")


@pytest.mark.parametrize(
    ("language", "code", "bare"),
    [
        ("javascript", "let a = 1; // one\n/* two\n */\nlet b = '// no';", "let a = 1;\nlet b = '// no';"),
        ("javascript", "/** Doubles. */\nfunction f(x) {\n  return 2 * x; // x\n}",
         "/** Doubles. */\nfunction f(x) {\n  return 2 * x;\n}"),
        ("javascript", "let a = b /* x\n */\nc()", "let a = b\nc()"),
        ("typescript", "const x/*no*/: number = 1;", "const x : number = 1;"),
        ("cpp", "int/*a*/b = /*c*/ 1;\nchar c = '/';  // d", "int b =  1;\nchar c = '/';"),
        ("c", "/** Doc. */\nint f(void) { return 1; } // b\n", "/** Doc. */\nint f(void) { return 1; }\n"),
        ("kotlin", "/** Doc. */\nfun f() = 1 // a\n/* b */\n", "/** Doc. */\nfun f() = 1\n"),
        ("rust", "/// Doc.\nfn f() -> u8 { 1 /* a /* b */ */ }\n// end\n", "/// Doc.\nfn f() -> u8 { 1  }\n"),
        ("php", "<?php\n# a\necho 1; // b\n#[Pure]\nfunction f() {}", "<?php\necho 1;\n#[Pure]\nfunction f() {}"),
        ("php", "echo '#'; # b", "echo '#';"),
        ("go", "//go:build linux\n\npackage main\n\n// F is documented.\nfunc F() {\n\t// not\n\tg() // nor this\n}\n",
         "//go:build linux\n\npackage main\n\n// F is documented.\nfunc F() {\n\tg()\n}\n"),
        ("go", "package main\n\n// far away\n\nfunc F() {}\n", "package main\n\n\nfunc F() {}\n"),
        ("ruby", "# frozen_string_literal: true\n\n# Doc.\n# More.\ndef f\n  # no\n  '#{1} # yes' # no\nend",
         "# frozen_string_literal: true\n\n# Doc.\n# More.\ndef f\n  '#{1} # yes'\nend"),
        ("bash", "#!/bin/bash\n# Doc.\nf() {\n  echo \"${#a}\" # no\n  # no\n  echo a#b '# c'\n}\n",
         "#!/bin/bash\n# Doc.\nf() {\n  echo \"${#a}\"\n  echo a#b '# c'\n}\n"),
        ("java", "class A { // a\n    /** Doc. */\n    int x; /* b */\n}", "class A {\n    /** Doc. */\n    int x;\n}"),
        ("csharp", "/// <summary>Doc.</summary>\nclass A { string s = \"//\"; } // b",
         "/// <summary>Doc.</summary>\nclass A { string s = \"//\"; }"),
        ("swift", "/// Doc.\nfunc f() -> Int { 1 } // a\n/* b */\nlet c = 2",
         "/// Doc.\nfunc f() -> Int { 1 }\nlet c = 2"),
    ],
)  # fmt: skip
def test_what_goes_and_what_stays(language, code, bare):
    assert without_code_comments(code, language) == bare


@pytest.mark.parametrize(("language", "code"), [("java", "class { // a"), ("cobol", "* a"), ("rust", "")])
def test_code_without_form_is_left_alone(language, code):
    assert without_code_comments(code, language) == code


@settings(max_examples=60, deadline=None)
@given(code=st.text(alphabet="ab/*#\n \"'`{}()=;", max_size=40), language=st.sampled_from(BOTH))
def test_any_text_is_taken(code, language):
    bare = without_code_comments(code, language)
    assert without_code_comments(bare, language) == bare
