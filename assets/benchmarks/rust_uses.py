"""Rust has one crate here, and HumanEval-X's prompts use others that nearly none of its problems needs.

So a `use` of a crate that is not at hand is taken out where nothing else in the program has a name that it brings.
"""

import re

AT_HAND = frozenset({"std", "core", "alloc", "self", "super", "crate"})
_USE = re.compile(r"(?m)^[ \t]*use\s+(?:::)?(\w+)((?:::[^;]*)?);[ \t]*$")


def without_unused_crates(code: str, tests: str) -> str:
    """`code` without the `use` lines of other crates that neither it nor `tests` needs."""
    rest = _USE.sub("", f"{code}\n{tests}")
    defined = set(re.findall(r"\b(?:mod|fn|struct|enum|trait|type)\s+(\w+)", code))

    def kept(found: re.Match[str]) -> str:
        crate, path = found[1], found[2]
        if crate in AT_HAND or crate in defined:
            return found[0]
        names = {crate, *re.findall(r"\w+", path)}
        return found[0] if any(re.search(rf"\b{re.escape(name)}\b", rest) for name in names) else ""

    return _USE.sub(kept, code)
