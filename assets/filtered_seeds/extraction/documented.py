"""One file in, its documented functions out: read as well as can be, and what an error hid read again alone.

Here is the order of the steps; each step is a module beside this one (`readings`, `functions`, `recovery`).
"""

from assets.filtered_seeds.extraction.functions import Function, FunctionsOfTree, documentation_places
from assets.filtered_seeds.extraction.parts import ranges_to_parse
from assets.filtered_seeds.extraction.readings import best_reading
from assets.filtered_seeds.extraction.recovery import has_opaque_documentation, with_recovered
from assets.source_code.languages.rules import LanguageRules
from assets.source_code.parsing import Deadline


def documented_functions(
    source: bytes, rules: LanguageRules, timeout_s: float
) -> tuple[list[Function], bool]:
    """The documented functions of a file in the order of their text, and whether the file has parse errors.

    `source` is UTF-8 with LF line ends. A file in which no documentation can be is not parsed, so that its
    errors are not seen; nor are those of parts without (`parts`). Raises `ParseTimeout` after `timeout_s`
    seconds of CPU time.
    """
    deadline = Deadline(timeout_s)
    places = documentation_places(source, rules)
    if not places:
        return [], False
    ranges = ranges_to_parse(source, rules, places)
    reading = best_reading(source, rules, deadline, ranges)
    found = FunctionsOfTree(source, rules, reading, deadline, places)
    functions = list(found)
    if reading.has_error or has_opaque_documentation(source, reading.tree, rules):
        functions = with_recovered(functions, source, rules, found.imports, deadline)
    return functions, reading.has_error
