"""The test machinery as it was before a program ran, and its restoring after the answer ran beside it.

Belongs here: only what tests in the *same* process rely on. In split mode the answer has no way to it, and
nothing here is needed.
"""

import builtins
import ctypes
import gc
import sys

_LIBRARIES = frozenset(("numpy", "pandas", "pytest", "_pytest"))
_NEVER = frozenset(
    ("__main__", "sys", "builtins", "_io", "posix", "linecache")
)  # builtins is looked at always
_FREE = frozenset(("_", "__name__", "__warningregistry__"))
_CONSTANT = (int, float, str, bytes, tuple, frozenset)


class Machinery:
    """A snapshot, taken in the server before any program is forked."""

    def __init__(self):
        self.held = [
            value for value in gc.get_objects() if isinstance(value, type)
        ]  # an id is theirs while they live
        self.classes = frozenset(map(id, self.held))
        self.always = [_Watched(builtins)]
        self.used = {}
        for name, module in sys.modules.items():
            top = name.partition(".")[0]
            if top in _NEVER or (top not in sys.stdlib_module_names and top not in _LIBRARIES):
                continue
            owners = [module, *(kind for kind in vars(module).values() if _own_class(kind, name))]
            self.used.setdefault(top, []).extend(map(_Watched, owners))
        self.unittest = frozenset(vars(sys.modules["unittest"]))
        self.modules = dict(sys.modules)
        self.loaded = _Version(sys.modules)
        self.finders = list(sys.meta_path), list(sys.path_hooks)
        self.standard = sys.stdlib_module_names
        self.homes = tuple({sys.prefix, sys.base_prefix, sys.exec_prefix})

    def ready(self):
        """Just before the answer runs: from here on a change of `sys.modules` is the answer's."""
        self.loaded.renew()

    def restore(self, mentioned, sets=None):
        """Put back what changed, by identity. True if anything had.

        `mentioned`: names that the tests use or import; of other libraries nothing is looked at. `sets`: behind the
        tests, the names that they set themselves.
        """
        changed = False
        for watched in self.always:
            changed = watched.restore(sets) or changed
        libraries = mentioned & self.used.keys()
        if not mentioned.isdisjoint(self.unittest):  # by the answer's own import
            libraries.add("unittest")
        for name in libraries:
            for watched in self.used[name]:
                changed = watched.restore(sets) or changed
        if sys.gettrace() is not None or sys.getprofile() is not None:
            changed = True
            sys.settrace(None)
            sys.setprofile(None)
        if sets is not None:
            return changed
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
            if name.split(".")[0] in self.standard and not self._genuine(name, sys.modules[name]):
                changed = True
                del sys.modules[name]
        return changed

    def _genuine(self, name, module):
        """Whether a module that bears a standard name comes from the interpreter's own folder."""
        home, _, last = name.rpartition(".")
        if (
            home and not hasattr(module, "__file__") and home in sys.modules
        ):  # made by its parent, as `pyexpat.errors`
            return vars(sys.modules[home]).get(last) is module and self._genuine(home, sys.modules[home])
        origin = getattr(getattr(module, "__spec__", None), "origin", None)
        return origin in ("built-in", "frozen") or (isinstance(origin, str) and origin.startswith(self.homes))


def _own_class(kind, module):
    """Whether `kind` is a class that can be changed and belongs to `module`."""
    return isinstance(kind, type) and kind.__module__ == module and kind.__flags__ & (1 << 9)


class _Watched:
    """One module's or class's names as they were, those that are put back. There are many: kept small."""

    __slots__ = ("names", "owner", "values", "version")

    def __init__(self, owner):
        names = vars(owner)
        kept = [(name, value) for name, value in names.items() if _put_back(name, value)]
        self.owner, self.names, self.values = owner, tuple(n for n, _ in kept), tuple(v for _, v in kept)
        self.version = _Version(names if type(names) is dict else gc.get_referents(names)[0])

    def restore(self, sets=None):
        """True if anything had changed. Comparing every name would copy the page of every object it touches."""
        if self.version.same():
            return False
        changed, now = False, vars(self.owner)
        for name, value in zip(self.names, self.values, strict=True):
            if now.get(name) is not value and (sets is None or name not in sets):
                changed = True
                if isinstance(self.owner, type):
                    type.__setattr__(self.owner, name, value)
                else:
                    now[name] = value
        self.version.renew()
        return changed


def _put_back(name, value):
    """Whether a name is part of the machinery: a library's own state is not."""
    return name not in _FREE and (callable(value) or (type(value) in _CONSTANT and name[:1] != "_"))


class _Version:
    """The interpreter's own counter of a dictionary's changes, where it has one that can be read."""

    __slots__ = ("counter", "known")

    def __init__(self, names):
        self.counter = _uint64_at(id(names) + _OFFSET) if _COUNTED else None
        self.known = self.counter.value if _COUNTED else 0

    def renew(self):
        """Take what is there now for what is known."""
        if self.counter is not None:
            self.known = self.counter.value

    def same(self):
        """False if anything was changed, or if that cannot be told."""
        return _COUNTED and self.counter.value == self.known


_OFFSET = 3 * ctypes.sizeof(ctypes.c_void_p)  # after the object's head and its length
_uint64_at = ctypes.c_uint64.from_address


def _counts():
    """Whether a dictionary's head holds a counter: tried, not assumed."""
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 13):
        return False
    tried = {"a": 1}
    counter = _uint64_at(id(tried) + _OFFSET)
    seen = [counter.value]
    for value in ("x", "y"):
        tried["a"] = value
        seen.append(counter.value)
    return len(set(seen)) == len(seen)


_COUNTED = _counts()
