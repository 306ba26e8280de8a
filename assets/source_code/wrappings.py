"""Code that is in something else than Markdown: JSON, HTML, tags in brackets, a document of LaTeX.

Each gives the answer again as Markdown, for answers in which no code was found as they are. Text in, texts out.
"""

import html
import json
import re
from collections.abc import Iterator

from assets.source_code.code_blocks import NO_LANGUAGE, fenced, scan

_BLOCK_TAG = re.compile(
    r"(?is)<(pre|code|source|script|python|execute|tool_call|xmp|textarea|highlight)\b[^>\n]*>(.*?)</\1\s*>"
)
_INNER_TAG = re.compile(r"(?i)</?(?:code|span|b|i|em|strong|font|div|a|mark)\b[^>\n]*>|<!\[CDATA\[|\]\]>")
_LINE_TAG = re.compile(r"(?i)<br\s*/?>\n?|</p>|</div>")
_MARK = (
    r"(?:\[/?(?:[A-Z][A-Z_+#]{2,20}|code(?:=[\w+#]+)?|python)\]|<\|[a-z_]{3,30}\|>|</?[a-z_]{3,24}>"
    r"|<!\[CDATA\[|\]\]>)"
)
_BRACKETS = re.compile(rf"(?m)^[ \t]*{_MARK}|{_MARK}[ \t]*$")
_ESCAPED = re.compile(r"\\([_*#\[\]<>`~|])")
_HEREDOC = re.compile(r"(?ms)^[^\n]*<<-?[ \t]*['\"]?(\w+)['\"]?[^\n]*\n(.*?)\n[ \t]*\1[ \t]*$")
_MOST_STRINGS = 60


def unwrapped(text: str, language: str) -> Iterator[str]:
    """`text` as Markdown, once for each thing its code may be in."""
    blocks = scan(text).blocks
    for inner in [text, *(block.text for block in blocks)]:
        strings = _json_strings(inner)
        if strings:
            yield "\n\n".join(one if "```" in one else fenced(one, language) for one in strings)
    for block in blocks:
        if block.info in NO_LANGUAGE and re.search(r"(?m)^[ \t]*(?:```|~~~)", block.text):
            yield block.text
    tagged = [inner for _, inner in _BLOCK_TAG.findall(text) if inner.strip()]
    if tagged:
        yield "\n\n".join(fenced(html.unescape(_INNER_TAG.sub("", one)), language) for one in tagged)
    if _LINE_TAG.search(text) or "&nbsp;" in text:
        yield html.unescape(_LINE_TAG.sub("\n", text)).replace("\u00a0", " ")
    apart = _BRACKETS.sub("\n", text)
    if apart != text:
        yield apart
    plain = _ESCAPED.sub(r"\1", text)
    if plain != text:
        yield plain


def heredocs(text: str, language: str) -> str:
    """The files that a shell block of `text` writes, as Markdown blocks."""
    return "\n\n".join(fenced(code, language) for _, code in _HEREDOC.findall(text))


def _json_strings(text: str) -> list[str]:
    """The longer strings of the first JSON value in `text` that has any, in their order."""
    decoder = json.JSONDecoder(strict=False)  # models write real line ends into strings
    for found in list(re.finditer(r"(?m)^[ \t]*(?=[\[{\"])|(?<=>)(?=[\[{])|(?<=: )(?=\{)", text))[:20]:
        try:
            value, _ = decoder.raw_decode(text, found.end())
        except (ValueError, RecursionError):
            continue
        strings = [one for one in _strings(value) if "\n" in one.strip() or re.search(r"[=(){};]", one)]
        if strings:
            return strings[:_MOST_STRINGS]
    return []


def _strings(value: object) -> Iterator[str]:
    left = [value]
    while left:
        one = left.pop(0)
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left[:0] = one.values()
        elif isinstance(one, list):
            left[:0] = one
