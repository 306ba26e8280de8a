"""Comment-code pairs in the form of CodeSearchNet: a function without its documentation, and its first paragraph.

The rules of the corpus, from the paper: the documentation cut to its first paragraph, pairs with fewer than
three words of comment or three lines of code left out, likewise tests, constructors and the methods every
class has. Functions only; the removal of duplicates is a later stage's.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from assets.filtered_seeds.extraction.functions import Function
from assets.filtered_seeds.extraction.lines import dedent
from assets.filtered_seeds.extraction.settings import ExtractionSettings

_LEFT_OUT = re.compile(
    r".*test.*|__\w+__|constructor|initialize|init|~.*|toString|equals|hashCode|clone|compareTo|finalize"
    r"|ToString|Equals|GetHashCode|to_s|inspect|String|__construct|__destruct",
    re.IGNORECASE | re.DOTALL,
)


def as_comment_pairs(functions: Iterable[Function], settings: ExtractionSettings) -> list[Function]:
    """The functions as pairs: `text` without the lines of the documentation, `docstring` its first paragraph.

    Documentation above the code is left out of `first_row` too; where it stands inside (Python), the lines of
    the pair are those from `first_row` to `last_row` without the documentation's.
    """
    pairs = []
    for function in functions:
        if function.docstring is None:  # could not be read: stays as the row that says so
            pairs.append(function)
            continue
        if (
            not function.documentation.has_own_lines
            or not function.has_code
            or _LEFT_OUT.fullmatch(function.name or "")
        ):
            continue
        comment = re.split(r"\n[ \t]*\n", function.docstring.strip(), maxsplit=1)[0]
        lines = function.text.split("\n")
        doc_begin = function.documentation.first_row - function.first_row
        doc_end = function.documentation.last_row - function.first_row + 1
        code = lines[:doc_begin] + lines[doc_end:]
        if len(code) < settings.pair_min_lines or len(comment.split()) < settings.pair_min_words:
            continue
        pairs.append(
            replace(
                function,
                text=dedent("\n".join(code)),
                docstring=comment,
                first_row=function.first_row + (doc_end if doc_begin == 0 else 0),
            )
        )
    return pairs
