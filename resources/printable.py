"""Text of strangers made fit to be printed: no character of it moves a cursor, hides or turns round what stands.

Names of repositories, paths, programs' messages and whole texts come from dumps and models. What a terminal would obey
is shown as a sign in its place, one for one, so that columns stay as wide as they were measured.
"""

import logging
import re

TURNED = {0x202A: "⟦", 0x202B: "⟦", 0x202D: "⟦", 0x202E: "⟦", 0x2066: "⟦", 0x2067: "⟦", 0x2068: "⟦"}
"""Characters that begin a stretch read in another direction (Trojan Source)."""
SHOWN: dict[int, str] = (
    {
        code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"
    }  # ␀ to ␟: their own pictures
    | {0x7F: "␡"}
    | dict.fromkeys(range(0x80, 0xA0), "�")  # C1: a terminal takes U+009B for the beginning of a sequence
    | TURNED
    | dict.fromkeys((0x202C, 0x2069), "⟧")
    | dict.fromkeys((0x061C, 0x200E, 0x200F), "·")
    | dict.fromkeys((0x2028, 0x2029), "⏎")
    | dict.fromkeys(range(0xD800, 0xE000), "�")  # halves of a character: no stream can encode them
    | dict.fromkeys(range(0xE0000, 0xE0080), "�")  # tags: seen by nobody
)
"""What is shown for each character that a terminal obeys; line breaks and tabs are left."""
OBEYED = re.compile(f"[{''.join(re.escape(chr(code)) for code in SHOWN)}]")
_COLOURED = re.compile(r"(\x1b\[(?:3\d|0|1)(?:;\d+)*m)(.*)(\x1b\[0m)", re.DOTALL)


def visible(text: str) -> str:
    """`text` with a sign for every character that a terminal would obey."""
    return OBEYED.sub(lambda found: SHOWN[ord(found[0])], text)


def one_line(text: str) -> str:
    """The same on one line."""
    return visible(text).replace("\n", "⏎ ")


def escaped_json(text: str) -> str:
    """JSON text that reads as before, those characters written as JSON's escapes."""
    return OBEYED.sub(lambda found: _as_escape(ord(found[0])), text)


class PrintableRecord(logging.LogRecord):
    """A line of a log, printable: its message, and the trace of an error below it."""

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        """The message; the colour that a formatter put round the whole of it stays."""
        text = super().getMessage()
        coloured = _COLOURED.fullmatch(text)
        if coloured:
            return coloured[1] + visible(coloured[2]) + coloured[3]
        return visible(text)

    def __setattr__(self, name: str, value: object) -> None:
        """A formatter puts the trace of an error into `exc_text`, and prints it from there."""
        if name == "exc_text" and isinstance(value, str):
            value = visible(value)
        super().__setattr__(name, value)


def printable_logs() -> None:
    """Make every line that this process logs from now on printable: for programs, at their beginning."""
    logging.setLogRecordFactory(PrintableRecord)


def _as_escape(code: int) -> str:
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
