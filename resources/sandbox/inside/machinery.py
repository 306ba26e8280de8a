"""The test machinery as it was before a program ran, and its restoring after the answer ran beside it.

Belongs here: only what tests in the *same* process rely on. In split mode the answer has no way to it, and
nothing here is needed.
"""

import builtins
import ctypes
import gc
import sys

_ARITHMETIC = (
    "math", "cmath", "random", "re", "json", "itertools", "functools", "collections", "operator", "statistics",
    "decimal", "fractions", "datetime", "time", "string", "copy", "heapq", "bisect", "os", "os.path", "ast",
    "numpy", "numpy.testing", "numpy.linalg", "pandas", "pandas.testing",
)  # fmt: skip
_FREE = frozenset({"_", "__name__", "__warningregistry__", "__seedline_check__", "__seedline_call__"})


class Machinery:
    """A snapshot, taken in the server before any program is forked."""

    def __init__(self):
        names = [name for name in sys.modules if name.split(".")[0] == "unittest"]
        owners = [builtins, *(sys.modules[name] for name in names)]
        kinds = {value for owner in owners[1:] for value in vars(owner).values() if isinstance(value, type)}
        owners += [kind for kind in kinds if kind.__module__.startswith("unittest")]
        self.always = [_Watched(owner) for owner in owners]
        self.used = {name: _Watched(sys.modules[name]) for name in _ARITHMETIC if name in sys.modules}
        self.modules = dict(sys.modules)
        self.loaded = _Version(sys.modules)
        self.finders = list(sys.meta_path), list(sys.path_hooks)
        self.standard = sys.stdlib_module_names
        self.homes = (sys.prefix, sys.base_prefix)

    def ready(self):
        """Just before the answer runs: from here on a change of `sys.modules` is the answer's."""
        self.loaded = _Version(sys.modules)

    def restore(self, text):
        """Put back what changed, by identity. `text`: the tests; what they do not mention is not looked at.

        True if anything had changed.
        """
        changed = False
        for watched in self.always:
            changed = watched.restore() or changed
        for name, watched in self.used.items():
            if name.partition(".")[0] in text:
                changed = watched.restore() or changed
        if sys.meta_path != self.finders[0] or sys.path_hooks != self.finders[1]:
            changed = True
            sys.meta_path[:], sys.path_hooks[:] = self.finders
        return (not self.loaded.same() and self._restore_modules()) or changed

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


class _Watched:
    """One module's or class's names as they were."""

    def __init__(self, owner):
        self.owner, self.entries = owner, dict(vars(owner))
        names = vars(owner)
        self.version = _Version(names if type(names) is dict else gc.get_referents(names)[0])

    def restore(self):
        """True if anything had changed. Comparing every name would copy the page of every object it touches."""
        if self.version.same():
            return False
        changed, now = False, vars(self.owner)
        for name, value in self.entries.items():
            if now.get(name) is not value and name not in _FREE:
                changed = True
                if isinstance(self.owner, type):
                    type.__setattr__(self.owner, name, value)
                else:
                    now[name] = value
        return changed


class _Version:
    """The interpreter's own counter of a dictionary's changes, where it has one that can be read."""

    _offset = 3 * ctypes.sizeof(ctypes.c_void_p)  # after the object's head and its length

    def __init__(self, names):
        self.counter = ctypes.c_uint64.from_address(id(names) + self._offset) if _COUNTED else None
        self.known = self.counter.value if _COUNTED else 0

    def same(self):
        """False if anything was changed, or if that cannot be told."""
        return _COUNTED and self.counter.value == self.known


def _counts():
    """Whether a dictionary's head holds a counter: tried, not assumed."""
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 13):
        return False
    tried = {"a": 1}
    counter = ctypes.c_uint64.from_address(id(tried) + _Version._offset)
    seen = [counter.value]
    for value in ("x", "y"):
        tried["a"] = value
        seen.append(counter.value)
    return len(set(seen)) == len(seen)


_COUNTED = _counts()
