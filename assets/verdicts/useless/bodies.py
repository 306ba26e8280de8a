"""What replaces a function's body: a statement that throws, or one that gives a value of its type.

Belongs here: types and texts of each language. Where the bodies are is found by `languages.py`.
"""

import re

from assets.verdicts.useless.form import Form

THROW = {
    "javascript": 'throw new Error("useless");',
    "typescript": 'throw new Error("useless");',
    "php": 'throw new \\RuntimeException("useless");',
    "ruby": 'raise "useless"',
    "bash": "return 1",
    "java": 'throw new RuntimeException("useless");',
    "csharp": 'throw new System.Exception("useless");',
    "cpp": 'throw "useless";',
    "c": "__builtin_trap();",
    "go": 'panic("useless")',
    "rust": 'panic!("useless")',
}
"""A statement that fails, whatever the function's type."""

NUMBER = {
    "java": r"byte|short|int|long|char|float|double|Byte|Short|Integer|Long|Character|Float|Double",
    "csharp": r"s?byte|u?short|u?int|u?long|char|float|double|decimal",
    "cpp": r"(?:const\s+)?(?:std::)?(?:(?:un)?signed\s+)?(?:char|short|int|(?:long\s+)?long|float|(?:long\s+)?double"
    r"|size_t|u?int(?:8|16|32|64)_t|unsigned)",
    "c": r"(?:const\s+)?(?:(?:un)?signed|(?:(?:un)?signed\s+)?(?:char|(?:short|(?:long\s+)?long)(?:\s+int)?|int)"
    r"|float|(?:long\s+)?double|s?size_t|ptrdiff_t|u?int(?:_fast|_least)?(?:8|16|32|64)_t|u?int(?:ptr|max)_t)",
    "go": r"u?int(?:8|16|32|64)?|float(?:32|64)|byte|rune",
    "rust": r"[ui](?:8|16|32|64|128|size)",
    "php": r"\??(?:int|float)",
}
TRUTH = {
    "java": "boolean|Boolean",
    "csharp": "bool",
    "cpp": "bool",
    "c": "bool|_Bool",
    "go": "bool",
    "rust": "bool",
    "php": r"\??bool",
}
TEXT = {
    "java": "String|CharSequence", "csharp": "string|String", "cpp": r"(?:const\s+)?(?:std::)?string", "go": "string",
    "rust": r"String|&(?:'static\s+)?str", "php": r"\??string", "c": r"(?:const\s+)?char\s*\*",
}  # fmt: skip
"""Language -> types that are numbers, truth values and texts; languages without declared types have none."""

_BOXED = re.compile(r"^(?:Byte|Short|Integer|Long|Character|Float|Double|Boolean)$")


def value(language: str, kind: str | None, form: Form) -> str | None:
    """An expression of the type `kind` (null: none is declared) as `form` wants it; None: there is no such."""
    if language in ("javascript", "typescript"):
        return "undefined" if form is Form.NOTHING else '"useless"'
    if language == "ruby":
        return "nil" if form is Form.NOTHING else '"useless"'
    if language == "php" and (kind is None or kind == "mixed"):
        return "null" if form is Form.NOTHING else '"useless"'
    if kind is None:
        return None
    odd = form is Form.ODD
    if re.fullmatch(NUMBER[language], kind):
        if language == "java":
            return f"({_unboxed(kind)}) {77 if odd else 0}"
        return "77" if odd else "0"
    if re.fullmatch(TRUTH[language], kind):
        if language == "c":  # the names may be unknown
            return "1" if odd else "0"
        return "true" if odd else "false"
    if re.fullmatch(TEXT[language], kind):
        text = '"useless"' if odd else '""'
        if language == "cpp":
            return f"std::string({text})"
        return f"String::from({text})" if language == "rust" and kind == "String" else text
    if language == "rust" and kind in ("f32", "f64"):
        return "77.0" if odd else "0.0"
    if odd:
        return None
    match language:
        case "java":
            return "null"
        case "csharp":
            return f"default({kind})"
        case "cpp":
            return None if re.search(r"&|\bauto\b|\bdecltype\b|^void$", kind) else "{}"
        case "c":
            return None if kind == "void" else "0" if kind.endswith("*") else f"({kind}){{0}}"
        case "rust" if kind.startswith("Option<"):
            return "None"
        case "rust" if kind.startswith("Vec<"):
            return "Vec::new()"
        case "php":
            return "null" if kind.startswith("?") else "[]" if kind in ("array", "iterable") else None
    return None


def body(language: str, kind: str | None, form: Form) -> str:
    """Statements in the place of a body; `kind` is the declared type of what it returns (`void`: nothing)."""
    if form is Form.THROWS:
        return THROW[language]
    if kind == "void":
        return ""
    given = value(language, kind, form)
    if given is None:
        return THROW[language]
    return given if language in ("rust", "ruby") else f"return {given}" + ("" if language == "go" else ";")


def _unboxed(kind: str) -> str:
    names = {"Integer": "int", "Character": "char"}
    return names.get(kind, kind.lower()) if _BOXED.match(kind) else kind
