"""The hash of shingles, compiled: XXH64 of many short strings of one buffer, the same as `xxhash.xxh64_intdigest`.

A hash that others have too, so that they can sign texts of their own as they are signed here. Knows bytes only.
"""

import numpy as np
from numpy.typing import NDArray

from assets.texts.compilation import compiled, inlined

_U = np.uint64
_P1, _P2, _P3 = _U(11400714785074694791), _U(14029467366897019727), _U(1609587929392839161)
_P4, _P5 = _U(9650029242287828579), _U(2870177450012600261)


def xxh64_hashes(
    text: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """XXH64 with seed 0 of each `text[starts[i]:ends[i]]`."""
    hashes = np.empty(len(starts), np.uint64)
    # places without a sign, so that none is taken for one from the end
    _hash_all(text, starts.view(np.uint64), ends.view(np.uint64), hashes)
    return hashes


@inlined
def _rotated(value: np.uint64, bits: int) -> np.uint64:
    return value << _U(bits) | value >> _U(64 - bits)


@inlined
def _taken(lane: np.uint64, word: np.uint64) -> np.uint64:
    return _rotated(lane + word * _P2, 31) * _P1


@inlined
def _four(text: NDArray[np.uint8], place: np.uint64) -> np.uint64:
    return (
        _U(text[place])
        | _U(text[place + _U(1)]) << _U(8)
        | _U(text[place + _U(2)]) << _U(16)
        | _U(text[place + _U(3)]) << _U(24)
    )


@inlined
def _eight(text: NDArray[np.uint8], place: np.uint64) -> np.uint64:
    return _four(text, place) | _four(text, place + _U(4)) << _U(32)


@compiled
def _hash_all(
    text: NDArray[np.uint8],
    starts: NDArray[np.uint64],
    ends: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
) -> None:
    for number in range(len(starts)):
        place, end = starts[number], ends[number]
        length = end - place
        hashed = _P5
        if length >= _U(32):
            one, two, three, four = _P1 + _P2, _P2, _U(0), _U(0) - _P1
            while place + _U(32) <= end:
                one = _taken(one, _eight(text, place))
                two = _taken(two, _eight(text, place + _U(8)))
                three = _taken(three, _eight(text, place + _U(16)))
                four = _taken(four, _eight(text, place + _U(24)))
                place += _U(32)
            hashed = _rotated(one, 1) + _rotated(two, 7) + _rotated(three, 12) + _rotated(four, 18)
            hashed = (hashed ^ _taken(_U(0), one)) * _P1 + _P4
            hashed = (hashed ^ _taken(_U(0), two)) * _P1 + _P4
            hashed = (hashed ^ _taken(_U(0), three)) * _P1 + _P4
            hashed = (hashed ^ _taken(_U(0), four)) * _P1 + _P4
        hashed += length
        while place + _U(8) <= end:
            hashed = _rotated(hashed ^ _taken(_U(0), _eight(text, place)), 27) * _P1 + _P4
            place += _U(8)
        if place + _U(4) <= end:
            hashed = _rotated(hashed ^ _four(text, place) * _P1, 23) * _P2 + _P3
            place += _U(4)
        while place < end:
            hashed = _rotated(hashed ^ _U(text[place]) * _P5, 11) * _P1
            place += _U(1)
        hashed = (hashed ^ hashed >> _U(33)) * _P2
        hashed = (hashed ^ hashed >> _U(29)) * _P3
        hashes[number] = hashed ^ hashed >> _U(32)
