"""An answer before its code is looked for: what the model thought goes, what it wrote after its end goes, and fences
that Markdown would not take for fences are put on lines of their own. Text in, text out; no code is read.
"""

import re

from assets.source_code.code_blocks import NO_LANGUAGE, info_word
from resources.languages import language_named

_END = re.compile(
    r"<\|(?:im_end|im_start|endoftext|eot_id|end_of_text|end|EOT|eom_id|return|end_of_turn|user|assistant)\|>"
    r"|<｜[^｜\n]{1,40}｜>|<(?:end_of_turn|eos)>|</s>(?=\s*(?:$|<))|\[/?INST\]"
)
"""Tokens that end a turn: what follows is no part of the answer."""

_THOUGHT = r"(?:think|thinking|thought|thoughts|reasoning|scratchpad|analysis|begin_of_thought)"
_OPEN = re.compile(rf"(?im)^[ \t]*(?:<\|?{_THOUGHT}\|?>|\[THINK\])")
_CLOSE = re.compile(
    rf"(?im)(?:^[ \t]*(?:</{_THOUGHT}>|\[/THINK\])|(?:</{_THOUGHT}>|<\|end_of_thought\|>|\[/THINK\])[ \t]*$)"
)
_FINAL_CHANNEL = re.compile(r"<\|channel\|>final[^<]*<\|message\|>")

_FENCE = re.compile(r"^(?P<indent>[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?)(?P<fence>`{3,}|~{3,})(?P<rest>.*)$")
_ONE_LINE = re.compile(r"^\s*```([\w+#.-]*)[ \t]+(\S.*?)[ \t]*```\s*$")
_AFTER_PROSE = re.compile(r"^(?P<prose>[^`]*\S)[ \t]*(?P<fence>`{3,})(?P<rest>[\w+#.:{},=-]*)[ \t]*$")
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff"


def without_drafts(text: str) -> str:
    """`text` without the model's thoughts and without what is after the token that ended its turn.

    Thoughts end at their closing tag, whether or not the opening one is there (chat templates write it into the
    prompt). Those that never end leave only what is before them.
    """
    final = _FINAL_CHANNEL.split(text.removeprefix("\ufeff"))
    text = final[-1]
    while (opened := _OPEN.search(text)) is not None:
        closed = _CLOSE.search(text, opened.end())
        if closed is None:
            text = text[: opened.start()]
            break
        text = text[: opened.start()] + text[closed.end() :]
    rests = [found.end() for found in _CLOSE.finditer(text)]
    text = text[rests[-1] :] if rests else text
    ended = next((found for found in _END.finditer(text) if text[: found.start()].strip()), None)
    return text[: ended.start()] if ended else _END.sub("", text)


def with_plain_fences(text: str) -> str:
    """`text` with every fence on a line of its own: those after prose, before prose, around one line, after code."""
    lines: list[str] = []
    fence, indent, held = "", "", False
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = _plain_indentation(raw)
        found = _FENCE.match(line)
        if not fence:
            one_line, after = _ONE_LINE.match(line), _AFTER_PROSE.match(line)
            if one_line:
                lines += [f"```{one_line[1]}", one_line[2], "```"]
            elif found and not (found["fence"][0] == "`" and "`" in found["rest"]):
                fence, indent, held = found["fence"], _blank(found["indent"]), False
                lines.append(line)
            elif after:
                lines += [after["prose"], "", f"{after['fence']}{after['rest']}"]
                fence, indent, held = after["fence"], "", False
            else:
                lines.append(line)
            continue
        if found and found["fence"].startswith(fence):
            rest = found["rest"].strip()
            if rest and held and _names_a_language(rest):  # the block before was never closed
                lines += [indent + fence, line]
                fence, indent, held = found["fence"], _blank(found["indent"]), False
            elif rest and not held:
                lines.append(line)
            else:
                lines += [line[: found.start("rest")], *([rest] if rest else [])]
                fence = ""
            continue
        code = line.rstrip()
        if code.endswith(fence) and code.count(fence) == 1 and code.strip("` \t"):
            lines += [code[: -len(fence)], indent + fence]
            fence = ""
        else:
            held = held or bool(line.strip())
            lines.append(line)
    return "\n".join(lines)


def _plain_indentation(line: str) -> str:
    """`line` without characters that nobody sees before its text, and with plain spaces there."""
    line = line.lstrip(_UNSEEN)
    body = line.lstrip(" \t\u00a0\u3000" + _UNSEEN)
    before = line[: len(line) - len(body)]
    return (
        "".join(" " if space in "\u00a0\u3000" else space for space in before if space not in _UNSEEN) + body
    )


def _blank(indent: str) -> str:
    """What a line of a block has where its opening line has `indent`: quotes stay, list marks are space."""
    return re.sub(r"[^\s>]", " ", indent)


def _names_a_language(rest: str) -> bool:
    word = info_word(rest)
    known = language_named(word) is not None or (word and word in NO_LANGUAGE)
    return bool(known) and len(rest.split()) == 1
