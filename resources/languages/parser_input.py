"""A source for tree-sitter's parser that is read by calls: only so can a parse be stopped.

In tree-sitter 0.26.1 the parser never lets go of what such a call returns. Of a memory view that is released after
the parse it keeps a shell of some two hundred bytes; the text would stay, for every file ever parsed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Read = Callable[[int, object], bytes | memoryview]
"""Gets a byte offset and a position, gives the source from there on."""


@contextmanager
def read_by_calls(source: bytes) -> Iterator[Read]:
    """What a parser reads `source` by within the block, and nodes of the tree their text by afterwards."""
    whole = memoryview(source)
    given: list[memoryview] = []
    is_parsed = False

    def read(offset: int, _position: object) -> bytes | memoryview:
        # bytes for the nodes, who take nothing else and let go; the shortest are objects that Python has anyway
        if is_parsed or len(source) - offset <= 1:
            return source[offset:]
        given.append(whole[offset:])
        return given[-1]

    try:
        yield read
    finally:
        is_parsed = True
        for view in given:
            view.release()
