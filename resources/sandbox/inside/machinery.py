"""The test machinery as it was before a program ran, and its restoring after the answer ran beside it.

Belongs here: only what tests in the *same* process rely on. In split mode the answer has no way to it, and
nothing here is needed.
"""

import builtins
import sys
import unittest

_ARITHMETIC = (
    "math", "cmath", "random", "re", "json", "itertools", "functools", "collections", "operator", "statistics",
    "decimal", "fractions", "datetime", "time", "string", "copy", "heapq", "bisect", "os", "os.path", "ast",
    "numpy", "numpy.testing", "numpy.linalg", "pandas", "pandas.testing",
)  # fmt: skip
_FREE = frozenset({"_", "__name__", "__warningregistry__", "__seedline_check__"})


class Machinery:
    """A snapshot, taken in the server before any program is forked."""

    def __init__(self, own):
        """`own`: names of the harness's modules, which every program loses."""
        names = [name for name in sys.modules if name.split(".")[0] == "unittest"]
        self.always = [(builtins, dict(vars(builtins)))]
        for module in (sys.modules[name] for name in names):
            self.always.append((module, dict(vars(module))))
        for kind in {value for module, entries in self.always[1:] for value in entries.values()
                     if isinstance(value, type) and value.__module__.startswith("unittest")}:  # fmt: skip
            self.always.append((kind, dict(vars(kind))))
        self.used = {name: (sys.modules[name], dict(vars(sys.modules[name]))) for name in _ARITHMETIC if name in sys.modules}
        self.modules = {name: module for name, module in sys.modules.items() if name not in own}
        self.finders = list(sys.meta_path), list(sys.path_hooks)
        self.standard = sys.stdlib_module_names
        self.homes = (sys.prefix, sys.base_prefix)

    def restore(self, mentioned):
        """Put back what changed, by identity. `mentioned`: names in the tests. True if anything had changed."""
        changed = False
        watched = self.always + [pair for name, pair in self.used.items() if name.split(".")[0] in mentioned]
        for owner, entries in watched:
            now = vars(owner)
            for name, value in entries.items():
                if now.get(name) is not value and name not in _FREE:
                    changed = True
                    if isinstance(owner, type):
                        type.__setattr__(owner, name, value)
                    else:
                        now[name] = value
        if sys.meta_path != self.finders[0] or sys.path_hooks != self.finders[1]:
            changed = True
            sys.meta_path[:], sys.path_hooks[:] = self.finders
        return self._restore_modules() or changed

    def _restore_modules(self):
        changed = False
        for name, module in self.modules.items():
            if sys.modules.get(name) is not module and name != "__main__":
                changed = True
                sys.modules[name] = module
        for name in sys.modules.keys() - self.modules.keys():
            if name.split(".")[0] in self.standard and not self._genuine(sys.modules[name]):
                changed = True
                del sys.modules[name]
        return changed

    def _genuine(self, module):
        """Whether a module that bears a standard name comes from the interpreter's own folder."""
        origin = getattr(getattr(module, "__spec__", None), "origin", None)
        return origin in ("built-in", "frozen") or (isinstance(origin, str) and origin.startswith(self.homes))
