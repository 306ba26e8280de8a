"""Which tests assert something, read without running them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.sandbox.languages import LANGUAGES
from resources.sandbox.languages.assertions import live_sites
from resources.sandbox.languages.syntax import code_only, edit


@pytest.mark.parametrize(
    ("language", "tests", "counted", "others"),
    [
        ("javascript", "assert(f() === 1); assert.equal(f(), 1);", 2, 0),
        ("javascript", "// assert(1)\nconst s = 'assert(1)'; const r = /assert(1)/;", 0, 0),
        ("javascript", "function t() { assert(1); }", 0, 0),
        ("javascript", "function t() { assert(1); }\nt();", 1, 0),
        ("javascript", "const t = () => { throw 1 };", 0, 0),
        ("cpp", "void t() { assert(1); }\nint main() { t(); }", 1, 0),
        ("cpp", "void t() { assert(1); }\nint main() { }", 0, 0),
        ("c", "void t() { assert(1); }\nint main(void) { t(); }", 1, 0),
        ("c", "void t() { assert(1); }\nint main(void) { return 0; }", 0, 0),
        (
            "c",
            "#define CHECK(c) if (!(c)) return 1\nint t() { CHECK(1); return 0; }\nint main() { t(); }",
            0,
            0,
        ),
        ("java", 'class Main { public static void main(String[] a) { String s = "assert x;"; } }', 0, 0),
        ("go", 'func TestAdd(t *testing.T) { t.Errorf("x") }', 1, 0),
        ("rust", "#[test]\nfn t() { assert_eq!(1, 1); }", 1, 0),
        ("php", "# assert(1);\nassert($x === 1);", 0, 1),
        ("bash", "# exit 1\necho done", 0, 0),
        ("ruby", "raise 'x' if f != 1", 0, 1),
        ("csharp", 'static void Main() { throw new Exception("x"); }', 1, 0),
    ],
)
def test_live_sites(language: str, tests: str, counted: int, others: int):
    assert live_sites(language, tests) == (counted, others)


@given(st.sampled_from(sorted(LANGUAGES)), st.text(max_size=300))
@pytest.mark.slow(seconds=2)
def test_any_text_can_be_read(language: str, text: str):
    shown = code_only(language, text)
    assert shown.count("\n") == text.count("\n")
    counted, others = live_sites(language, text)
    assert counted >= 0 and others >= 0


@given(st.text(max_size=80), st.data())
def test_edits_replace_exactly_their_ranges(text: str, data: st.DataObject):
    source = text.encode()
    starts = [len(text[:i].encode()) for i in range(len(text) + 1)]
    start = data.draw(st.sampled_from(starts))
    end = data.draw(st.sampled_from([place for place in starts if place >= start]))
    assert edit(text, [(start, end, "X")]).encode() == source[:start] + b"X" + source[end:]
