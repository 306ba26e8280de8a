"""The way from a process that holds answer and tests to the server: open to the harness alone, and only for its end.

Belongs here: an audit hook, which nothing can take away, and the socket behind it. The socket is not connected, so
that its descriptor is worth nothing; a message with an address is refused to everybody on whose way there is a
frame of foreign code, and the kernel tells the server which process sent it. What reaches into the interpreter (its
frames, its memory, the code of its functions) is marked, and the mark goes with the record. Code that rewrites the
interpreter's memory by other ways than those is beyond this.
"""

import _socket
import os
import sys
import threading

PASSCRED, CREDENTIALS = 16, 2  # of Linux; `socket` has the names, but is slow to load
_DOORS = (
    "inspect.py",
    "traceback.py",
    "ctypes/__init__.py",
    "/bdb.py",
)  # the library's ways to frames and memory
_FRAMES = frozenset(("tb_frame", "gi_frame", "cr_frame", "ag_frame"))
_CODE = frozenset(("__code__", "__defaults__", "__kwdefaults__"))
_MEMORY = frozenset(
    ("_ctypes", "ctypes", "_testcapi", "_testinternalcapi", "_xxsubinterpreters", "_cffi_backend")
)
_WATCHED = frozenset(
    "object.__getattr__ object.__setattr__ import compile code.__new__ marshal.loads open os.exec sys._getframe "
    "sys._current_frames sys._current_exceptions gc.get_objects gc.get_referrers gc.get_referents sys.settrace "
    "sys.setprofile ctypes.dlopen ctypes.dlsym ctypes.dlsym/handle ctypes.cdata ctypes.string_at ctypes.wstring_at "
    "ctypes.call_function cpython.PyInterpreterState_New socket.connect socket.sendto socket.sendmsg".split()
)


def make(number, path=None):
    """The server's end and the programs' end, which is descriptor `number` in each of them.

    `path` names a file where an address without one is not to be had.
    """
    inbox, outlet = (_socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC) for _ in "12")
    os.dup2(outlet.fileno(), number, False)
    outlet.close()
    outlet = _socket.socket(fileno=number)
    address = path.encode() if path else b"\0seedline" + os.urandom(12).hex().encode()
    inbox.bind(address)
    inbox.setblocking(False)
    inbox.setsockopt(_socket.SOL_SOCKET, PASSCRED, 1)
    return inbox, outlet, address


def received(inbox, pid):
    """What the process `pid` has sent, and nothing that others have."""
    record = b""
    while True:
        try:
            data, about, _, _ = inbox.recvmsg(4096, 64)
        except BlockingIOError:
            return record
        for _, kind, value in about:
            if kind == CREDENTIALS and int.from_bytes(value[:4], sys.byteorder) == pid:
                record += data


def codes_of(modules):
    """Ids of the code of every function and class of the harness, and of the frames that are running now."""
    found = {id(code) for module in modules for code in _codes(vars(module).values())}
    frame = sys._getframe()
    while frame is not None:
        found.add(id(frame.f_code))
        frame = frame.f_back
    return frozenset(found)


def prepared(outlet, address, codes, trusted, tests_file):
    """In the server, before any fork: all that closing the way needs. Returns `close` for a program's process.

    `close(numbers_only)` closes the way for all but the harness, and returns what sends a record:
    `report(*parts, flags=())`. `numbers_only`: an import of ctypes is no mark. `codes`: as `codes_of` gives them;
    `trusted`: folders of the library's code. Everything stands in one closure, so that no attribute of anything
    leads to the marks.
    """
    marks, busy = set(), set()
    getframe, getpid, thread = sys._getframe, os.getpid, threading.get_ident
    family, kind = _socket.AF_UNIX, _socket.SOCK_DGRAM
    family_of, kind_of = _socket.socket.family.__get__, _socket.socket.type.__get__
    send, in_order, asked, add_hook = outlet.sendto, sorted, callable, sys.addaudithook
    all_memory, without_numbers = _MEMORY, _MEMORY - {"_ctypes", "ctypes"}
    watched, doors = _WATCHED, _DOORS
    own, memory = 0, all_memory

    def by_answer():
        """Whether foreign code did what is audited, itself or through one of the library's doors."""
        frame = getframe(3)
        while frame is not None:
            name = frame.f_code.co_filename
            if name == tests_file:
                return False
            if not name.startswith(trusted):
                return id(frame.f_code) not in codes and not name.startswith("<frozen importlib")
            if not name.endswith(doors):
                return False
            frame = frame.f_back
        return False

    def only_harness():
        frame = getframe(3)
        while frame is not None:
            if id(frame.f_code) not in codes:
                return False
            frame = frame.f_back
        return True

    def judged(event, arguments):
        if event == "object.__getattr__":
            wrong = arguments[1] in _FRAMES and by_answer()
        elif event == "object.__setattr__":
            name = getattr(arguments[0], "__code__", None) if arguments[1] in _CODE else None
            name = name.co_filename if name is not None else ""
            wrong = (name == tests_file or name.startswith(trusted)) and by_answer()
        elif event == "import":
            wrong = arguments[0] in memory and by_answer()
        elif event in ("compile", "code.__new__"):
            name = arguments[1]
            wrong = type(name) is str and (name == tests_file or name.startswith(trusted)) and by_answer()
        elif event == "open":
            name = arguments[0]
            wrong = type(name) is str and name.startswith("/proc") and name.endswith("mem")
        elif event == "os.exec":
            if getpid() == own:
                raise PermissionError("the process that is judged cannot become another program")
            wrong = False
        elif event.startswith("socket."):
            line, to = arguments
            wrong = (
                to is not None and family_of(line) == family and kind_of(line) == kind and not only_harness()
            )
            if wrong:
                marks.add("tampered")
                raise PermissionError("datagrams with an address are not to be sent")
        else:
            wrong = by_answer()
        if wrong:
            marks.add("tampered")

    def hook(event, arguments):
        if event in watched:
            me = thread()
            if me not in busy:
                busy.add(me)
                try:
                    judged(event, arguments)
                finally:
                    busy.discard(me)

    def report(*parts, flags=()):
        """Send a record: one part with its flags, or of a failure (`flags` None) a part at a time.

        A part may be a function, which is asked when its turn comes.
        """
        if flags is not None:
            send(parts[0] + b" " + " ".join(in_order({*marks, *flags})).encode(), address)
            return
        for part in parts:
            send(part() if asked(part) else part, address)

    def close(numbers_only):
        nonlocal own, memory
        own = getpid()
        if numbers_only:
            memory = without_numbers
        add_hook(hook)
        return report

    return close


def _codes(values):
    kind = type(_codes.__code__)
    waiting, found = list(values), []
    while waiting:
        value = waiting.pop()
        value = getattr(value, "__func__", value)  # of a class method
        if isinstance(value, type):
            waiting += [part for part in vars(value).values() if not isinstance(part, type)]
        elif isinstance(value, kind):
            found.append(value)
            waiting += [part for part in value.co_consts if isinstance(part, kind)]
        elif hasattr(value, "__code__"):
            waiting.append(value.__code__)
    return found
