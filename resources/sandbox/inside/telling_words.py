"""Words in tests that tell what they could see of the answer: modules, builtins, attributes, changes, fixtures."""

MODULES = frozenset(
    "inspect doctest io threading multiprocessing asyncio subprocess os tempfile pathlib shutil sqlite3 gc weakref "
    "sys pickle importlib builtins logging warnings signal socket ctypes concurrent pandas csv glob traceback "
    "types contextlib mock dis timeit tracemalloc dataclasses".split()
)
BUILTINS = frozenset(
    "open input globals locals vars eval exec __import__ dir compile super memoryview".split()
)
SPECIAL = frozenset(
    "__dict__ __doc__ __annotations__ __wrapped__ __code__ __closure__ __globals__ __module__ __mro__ __bases__ "
    "__slots__ __class__ __defaults__ __subclasses__ __init__ __new__".split()
)
WITH_STATE = frozenset(("random", "numpy", "decimal", "locale", "itertools", "time"))
STATE = frozenset("seed setstate getcontext setcontext localcontext setlocale tzset set_printoptions".split())
"""What tests set for the answer in a library that both use."""
CHANGES = frozenset(
    "append extend insert remove pop clear sort reverse update add discard setdefault popitem appendleft popleft "
    "extendleft rotate intersection_update difference_update symmetric_difference_update subtract fill resize "
    "move_to_end __setitem__ __delitem__".split()
)
FIXTURES = frozenset("capsys capfd monkeypatch tmp_path".split())
"""What pytest hands to tests that look at streams and files, or change modules."""
