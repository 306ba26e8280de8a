"""One error in a file costs the functions that it touches, in every language; what is lost has its row."""

import polars as pl
import pytest

from assets.filtered_seeds.extraction import ExtractionSettings, extract
from assets.filtered_seeds.filters import FilterSettings, filter_seeds

FORMS = {
    "python": ('def {n}(a):\n    """Doc of {n}."""\n', "    return a\n"),
    "javascript": ("/** Doc of {n}. */\nfunction {n}(a) {{\n", "  return a;\n}}\n"),
    "typescript": ("/** Doc of {n}. */\nfunction {n}(a: number): number {{\n", "  return a;\n}}\n"),
    "cpp": ("/** Doc of {n}. */\nint {n}(int a) {{\n", "  return a;\n}}\n"),
    "java": ("/** Doc of {n}. */\nint {n}(int a) {{\n", "  return a;\n}}\n"),
    "csharp": ("/// <summary>Doc of {n}.</summary>\nint {n}(int a) {{\n", "  return a;\n}}\n"),
    "go": ("// {n} is documented.\nfunc {n}(a int) int {{\n", "\treturn a\n}}\n"),
    "rust": ("/// Doc of {n}.\nfn {n}(a: i32) -> i32 {{\n", "    return a;\n}}\n"),
    "php": ("/** Doc of {n}. */\nfunction {n}($a) {{\n", "    return $a;\n}}\n"),
    "ruby": ("# Doc of {n}.\ndef {n}(a)\n", "  a\nend\n"),
    "swift": ("/// Doc of {n}.\nfunc {n}(a: Int) -> Int {{\n", "    return a\n}}\n"),
    "bash": ("# Doc of {n}.\n{n}() {{\n", '  echo "$1"\n}}\n'),
}
OPENED = {  # a block that is never closed
    "python": "    x = (a\n",
    "ruby": "  if a\n",
    "bash": "  if a; then\n",
    "go": "\tif a > 1 {\n",
    "rust": "    if a > 1 {\n",
    "swift": "    if a > 1 {\n",
}
BROKEN = {  # within its lines
    "python": "    x = = a\n",
    "ruby": "  x = = a )\n",
    "bash": "  if ; fi )\n",
}
HEAD = {"php": "<?php\n", "go": "package p\n"}
CLASS = {"java": "class C {\n", "csharp": "class C {\n"}


def source_of(language: str, wrong: str) -> str:
    """Five documented functions, of which the third holds `wrong`."""
    head, tail = FORMS[language]
    functions = [
        (head + (wrong.replace("{", "{{").replace("}", "}}") if n == 2 else "") + tail).format(n=f"f{n}")
        for n in range(5)
    ]
    text = "\n".join(functions)
    if language in CLASS:
        text = CLASS[language] + text.replace("\n", "\n    ").replace("class", "    class") + "\n}\n"
        text = text.replace("{\n/", "{\n    /", 1)
    return HEAD.get(language, "") + text


def rows_of(language: str, source: str) -> list[dict]:
    files = pl.DataFrame({"file_id": ["f"], "content": [source], "language": [language]})
    return extract(files, ExtractionSettings()).kept.to_dicts()


@pytest.mark.parametrize("language", FORMS)
@pytest.mark.parametrize("kind", ["opened", "broken"])
def test_the_others_are_found_and_the_broken_one_has_its_row(language, kind):
    wrong = (OPENED if kind == "opened" else BROKEN).get(
        language, "  if (a) {\n" if kind == "opened" else "  a = = ) 1;\n"
    )
    source = source_of(language, wrong)
    rows = rows_of(language, source)
    sound = {row["name"]: row for row in rows if not row["has_error"]}
    assert {"f0", "f1", "f3", "f4"} <= set(sound)
    assert not any(row["is_nested"] for row in sound.values())
    # where a brace is missed, C#'s grammar knows no class around what follows
    if (language, kind) != ("csharp", "opened"):
        assert {row["is_method"] for row in sound.values()} == {language in CLASS}
    line = next(n for n, text in enumerate(source.split("\n"), 1) if "f2" in text)
    assert any(
        row["start_line"] <= line <= row["end_line"] for row in rows if row["name"] not in ("f1", "f3")
    )
    # a class' own brace may close the block, which leaves a function that parses
    if language not in CLASS or kind == "broken":
        assert "f2" not in sound
        rejected = filter_seeds(pl.DataFrame(rows, schema=FILTERED), FilterSettings()).rejected
        assert "parse_error" in rejected["reason"].to_list()


FILTERED = extract(
    pl.DataFrame({"file_id": ["f"], "content": [source_of("python", "")], "language": ["python"]}),
    ExtractionSettings(),
).kept.schema


def component(number: int, inner: str) -> str:
    return (
        f"/** Comp {number}. */\nexport function Comp{number}(p: {{ a: string }}) {{\n  const xs = [1, 2];\n"
        f"  return (\n    <div>\n      {inner}\n"
        f"      {{xs.map((x) => <b key={{x}}>{{p.a}}</b>)}}\n    </div>\n  );\n}}\n\n"
    )


@pytest.mark.parametrize(
    ("inner", "sound"), [("a & b", 6), ("Tom &amp; Jerry & co", 6), ("a > b", 5), ("a } b", 5), ("<i>a", 5)]
)
def test_one_bad_text_in_tsx_costs_its_component_alone(inner, sound):
    source = "".join(component(n, inner if n == 3 else "text") for n in range(6))
    for language in ("typescript", "javascript"):
        if language == "javascript":
            source = source.replace("(p: { a: string })", "(p)")
        rows = rows_of(language, source)
        assert [row["name"] for row in rows if not row["has_error"]] == [
            f"Comp{n}" for n in range(6) if sound == 6 or n != 3
        ]
        assert len(rows) == 6


def test_a_cast_and_an_element_in_one_file_are_read_each_by_its_grammar():
    source = component(0, "a") + "/** Cast. */\nfunction cast(x: any) {\n  return <number>x;\n}\n"
    assert {row["name"] for row in rows_of("typescript", source) if not row["has_error"]} == {"Comp0", "cast"}


M = "  /** Doc of m. */\n  int m(int a) {\n    return a;\n  }\n"


@pytest.mark.parametrize(
    "text",
    [
        f"class EXPORT_API A : public B {{\npublic:\n{M}}};\n",
        f"struct MYLIB_EXPORT A final {{\n{M}}};\n",
        f"class API_CALL(1) DEPRECATED A {{\n{M}}};\n",
        f"template <typename T>\nclass CORE_API A<T> : B<T> {{\n{M}}};\n",
        f"class A : public QObject {{\n  Q_OBJECT\n  Q_PROPERTY(int a READ a)\npublic slots:\n"
        f"{M}signals:\n  void x();\n}};\n",
        f"NS_BEGIN(a)\nclass A {{\n{M}}};\nNS_END\n",
        "class A {\n  /** Doc of m. */\n  Q_INVOKABLE int m(int a) { return a; }\n};\n",
        "class A {\n  /** Doc of m. */\n  virtual int m(int a) const OVERRIDE { return a; }\n};\n",
        "class A {\n  /** Doc of m. */\n  int m(int a)\n#if X\n  {\n#else\n  const {\n#endif\n    return a;\n  }\n};\n",
    ],
)
def test_macros_of_cpp_hide_no_method(text):
    (row,) = rows_of("cpp", text)
    assert (row["name"], row["is_method"], row["is_nested"], row["has_error"]) == ("m", True, False, False)


@pytest.mark.parametrize(
    "text",
    [
        "EXPORT_API int g(int a) { return a; }",
        "static FORCEINLINE int g(int a) { return a; }",
        "int WINAPI g(int a) { return a; }",
        "int g(int a) MY_NOEXCEPT { return a; }",
        "MY_ATTR(1)\nint g(int a) { return a; }",
    ],
)
def test_macros_of_cpp_hide_no_function_and_stay_in_its_text(text):
    (row,) = rows_of("cpp", "/** Doc of g. */\n" + text + "\n")
    assert (row["name"], row["has_error"], row["shares_lines"]) == ("g", False, False)
    assert row["seed"] == "/** Doc of g. */\n" + text


def test_c_whose_names_are_words_of_cpp():
    source = "/** Doc. */\nint g(int new) {\n  int class = new, *template = 0;\n  return class;\n}\n"
    (row,) = rows_of("cpp", source)
    assert (row["name"], row["has_error"]) == ("g", False)


def test_a_guard_that_has_the_file_in_its_else():
    source = (
        "#if OLD\n#error no\n#else\nclass X_API A {\n"
        + M
        + "#if B\n  int x[] = {\n#else\n  int y[] = {\n#endif\n1};\n};\n#endif\n"
    )
    assert [row["name"] for row in rows_of("cpp", source) if not row["has_error"]] == ["m"]


@pytest.mark.parametrize(
    "literal", [r"/\/\//", r"/https?:\/\/.*/", r"/\d+/", r"/[^\"]*/", r"#/a\/*b/#", r"/^#/", r"/(.*)*/"]
)
@pytest.mark.parametrize("use", ["let r = {}", "if x.contains({}) {{ return 1 }}", "return {}"])
def test_functions_behind_a_regex_literal_of_swift(literal, use):
    head, tail = FORMS["swift"]
    functions = [
        (
            head
            + ("    " + use.format(literal).replace("{", "{{").replace("}", "}}") + "\n" if n == 1 else "")
            + tail
        ).format(n=f"f{n}")
        for n in range(4)
    ]
    assert [row["name"] for row in rows_of("swift", "\n".join(functions)) if not row["has_error"]] == [
        "f0",
        "f1",
        "f2",
        "f3",
    ]


def test_functions_in_a_macro_call_of_rust_and_none_in_a_macro_itself():
    source = (
        "cfg_if! {\n    if #[cfg(unix)] {\n        /// Doc of m.\n"
        "        fn m(a: i32) -> i32 {\n            a\n        }\n    }\n}\n"
        "macro_rules! make {\n    ($name:ident) => {\n        /// Doc.\n"
        "        fn $name(a: i32) -> i32 {\n            a\n        }\n    };\n}\n"
    )
    assert [row["name"] for row in rows_of("rust", source)] == ["m"]


def test_php_without_its_opening_tag():
    assert [row["name"] for row in rows_of("php", "/** Doc. */\nfunction f($a) {\n    return $a;\n}\n")] == [
        "f"
    ]


@pytest.mark.parametrize(
    ("language", "source"),
    [
        (
            "go",
            "package p\n\n//#region x\n// f does.\nfunc f(a int) int {\n\treturn a\n}\n\n//#endregion\n"
            "func g(a int) int {\n\treturn a\n}\n",
        ),
        ("ruby", "#region x\n# Does.\ndef f(a)\n  a\nend\n\n# endregion\ndef g(a)\n  a\nend\n"),
        ("bash", "#region x\n# Does.\nf() {\n  a\n}\n\n# endregion\ng() {\n  a\n}\n"),
    ],
)
def test_folding_marks_are_no_documentation(language, source):
    (row,) = rows_of(language, source)
    assert row["name"] == "f" and "region" not in row["docstring"]


def test_declarations_and_other_documentation_are_no_lost_functions():
    source = (
        "/** A class. */\nclass A {\n  /** Declared. */\n  int d(int a, X x = {1, 2});\n\n"
        "  /** A field. */\n  int x;\n};\n"
        "/** Said of nothing. */\n\nint bare(int a) { return a; }\n\n/** A macro. */\n#define F(a) \\\n  (a)\n)))\n"
    )
    assert rows_of("cpp", source) == []
