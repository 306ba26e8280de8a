"""Which of many hashes are among some fixed ones: a table of bits first, then a search in the sorted ones."""

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
Hashes = NDArray[np.uint64]


class HashLookup:
    """Fixed hashes, each of an entry (equal hashes of several), made ready once."""

    def __init__(self, hashes: Hashes, entries: Places, *, bits: int | None = None) -> None:
        """`bits`: of the table, as a power of two; null: sixteen for each hash."""
        from assets.contamination.hash_lookup_loop import marked  # here: it brings the compiler

        order = np.argsort(hashes, kind="stable")
        self._entries = entries[order]
        self.keys, self._starts = np.unique(hashes[order], return_index=True)
        self._ends = np.append(self._starts[1:], len(order))
        self.bits = bits or max(16, len(self.keys).bit_length() + 4)
        self.marks = marked(self.keys, self.bits)

    def places(self, hashes: Hashes) -> tuple[Places, Places]:
        """Places among `hashes` of those that are known, and places among `keys` of each."""
        from assets.contamination.hash_lookup_loop import known

        return known(hashes, self.keys, self.marks, self.bits)

    def entries(self, keys: Places) -> tuple[Places, Places]:
        """For places among `keys`, every entry, and the number (of `keys` here) that each belongs to."""
        first = self._starts[keys]
        counts = self._ends[keys] - first
        places = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        return self._entries[places], np.repeat(np.arange(len(keys)), counts)
