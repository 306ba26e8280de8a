"""Plain values on their way between the answer's sandbox and the tests': to JSON and back.

Belongs here: what passes by value. Exact types only, so that nothing of the answer's own code comes along: a
subclass of int with its own `__eq__` arrives as its int. What is not plain goes through `foreign` (a reference)
on one side and `resolve` on the other. Decoding trusts nothing: it makes values, it never runs what it read.
"""

import collections
import datetime
import decimal
import fractions
import pathlib
import sys
import types
import uuid

PLAIN = frozenset((int, float, complex, bool, str, bytes, list, tuple, dict, set, frozenset))
_BY_NAME = {kind.__name__: kind for kind in (int, float, str, list, dict, set, tuple, bool, bytes)} | {
    "": None
}
_FACTORIES = {kind: name for name, kind in _BY_NAME.items()}
_SAFE = frozenset((int, str, bool, type(None)))
_DEEP = 100
_BIG = 1 << 256
_TIMES = {kind.__name__: kind for kind in (datetime.datetime, datetime.date, datetime.time)}
_PATHS = {kind.__name__: kind for kind in (pathlib.PurePosixPath, pathlib.PosixPath)}
_RARE = frozenset((
    bytes, bytearray, complex, range, decimal.Decimal, fractions.Fraction, *_TIMES.values(), datetime.timedelta,
    collections.Counter, collections.OrderedDict, collections.defaultdict, types.MappingProxyType, collections.deque,
    uuid.UUID, *_PATHS.values(), type({}.keys()), type({}.items()), type(NotImplemented), type(Ellipsis),
))  # fmt: skip
"""Asked in one step: a comparison with each of them would copy their pages for every program."""
_BASES = (int, float, str, bytes, tuple, complex, frozenset, list, dict, set)


class NotPlain(Exception):
    """A value that cannot pass by value, nor as a reference."""


class Coder:
    """Encodes and decodes; subclasses say how references are made and met."""

    def foreign(self, value, depth):
        """The encoding of a value that is not plain."""
        raise NotPlain(type(value).__name__)

    def resolve(self, kind, body):
        """The value that a reference of `kind` stands for."""
        raise NotPlain(kind)

    def not_whole(self):
        """Called when a value arrives without a part of it."""

    def encode(self, value, depth=0):
        """`value` as JSON-able data. Raises `NotPlain`."""
        kind = type(value)
        if kind is str or kind is bool or value is None:
            return value
        if kind is int:
            return value if -_BIG < value < _BIG else {"i": hex(value)}
        if kind is float:
            return {"f": value.hex()}
        if depth > _DEEP:
            raise NotPlain("nested too deeply")
        if kind is list:
            if set(map(type, value)) <= _SAFE and not any(type(x) is int and abs(x) >= _BIG for x in value):
                return list(value)
            return [self.encode(item, depth + 1) for item in value]
        if kind in _TAGS:
            tag = _TAGS[kind]
            return {tag: [self.encode(item, depth + 1) for item in value]}
        if kind is dict:
            return {"d": self._pairs(value, depth)}
        if kind in _RARE:
            return self._encode_rare(value, kind, depth)
        if kind.__module__ == "numpy":
            return self._encode_array(value, kind, depth)
        return self.foreign(value, depth)

    def _pairs(self, mapping, depth):
        return [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in mapping.items()]

    def _encode_rare(self, value, kind, depth):
        if kind in (bytes, bytearray):
            return {"b" if kind is bytes else "y": value.hex()}
        if kind is complex:
            return {"c": [value.real.hex(), value.imag.hex()]}
        if kind is range:
            return {"r": [value.start, value.stop, value.step]}
        if kind is decimal.Decimal:
            return {"D": str(value)}
        if kind is fractions.Fraction:
            return {"F": [hex(value.numerator), hex(value.denominator)]}
        if kind.__name__ in _TIMES and kind is _TIMES[kind.__name__]:
            return {"T": [kind.__name__, value.isoformat()]}
        if kind is datetime.timedelta:
            return {"td": [value.days, value.seconds, value.microseconds]}
        if kind is collections.Counter:
            return {"C": self._pairs(value, depth)}
        if kind is collections.OrderedDict:
            return {"O": self._pairs(value, depth)}
        if kind is collections.defaultdict:
            return {"dd": [self._pairs(value, depth), _factory_name(value.default_factory)]}
        if kind is types.MappingProxyType:
            return {"mp": self._pairs(value, depth)}
        if kind is collections.deque:
            return {"q": [value.maxlen, [self.encode(item, depth + 1) for item in value]]}
        if kind is uuid.UUID:
            return {"u": value.hex}
        if kind.__name__ in _PATHS and kind is _PATHS[kind.__name__]:
            return {"P": [kind.__name__, str(value)]}
        if kind is type({}.keys()) or kind is type({}.items()):
            return {"s": [self.encode(item, depth + 1) for item in value]}
        if kind in (type(NotImplemented), type(Ellipsis)):
            return {"x": "NotImplemented" if value is NotImplemented else "Ellipsis"}
        return self.foreign(value, depth)

    def _encode_array(self, value, kind, depth):
        numpy = sys.modules["numpy"]
        if (kind is numpy.ndarray or isinstance(value, numpy.generic)) and not value.dtype.hasobject:
            array = numpy.ascontiguousarray(value)
            if value.dtype.names is None:
                shape = list(value.shape) if kind is numpy.ndarray else None
                return {"N": [value.dtype.str, shape, array.tobytes().hex()]}
        return self.foreign(value, depth)

    def decode(self, data):
        """The value that `encode` gave; anything else raises some exception."""
        kind = type(data)
        if kind is list:
            return [self.decode(item) for item in data]
        if kind is not dict:
            return data
        ((tag, body),) = data.items()
        if tag == "f":
            return float.fromhex(body)
        if tag in _KINDS:
            return _KINDS[tag](self.decode(item) for item in body)
        if tag == "d":
            return {self.decode(k): self.decode(v) for k, v in body}
        return self._decode_rare(tag, body)

    def _decoded(self, pairs):
        return [(self.decode(k), self.decode(v)) for k, v in pairs]

    def _decode_rare(self, tag, body):
        if tag == "i":
            return int(body, 16)
        if tag in "by":
            return (bytes if tag == "b" else bytearray).fromhex(body)
        if tag == "c":
            return complex(float.fromhex(body[0]), float.fromhex(body[1]))
        if tag == "r":
            return range(*body)
        if tag == "D":
            return decimal.Decimal(body)
        if tag == "F":
            return fractions.Fraction(int(body[0], 16), int(body[1], 16))
        if tag == "T":
            return _TIMES[body[0]].fromisoformat(body[1])
        if tag == "td":
            return datetime.timedelta(*body)
        if tag == "dd":
            pairs, factory = body
            if factory not in _BY_NAME:
                self.not_whole()
            return collections.defaultdict(_BY_NAME.get(factory), self._decoded(pairs))
        if tag in ("C", "O", "mp"):
            pairs = self._decoded(body)
            if tag == "C":
                return collections.Counter(dict(pairs))
            return collections.OrderedDict(pairs) if tag == "O" else types.MappingProxyType(dict(pairs))
        if tag == "q":
            return collections.deque((self.decode(item) for item in body[1]), body[0])
        if tag == "u":
            return uuid.UUID(hex=body)
        if tag == "P":
            return _PATHS[body[0]](body[1])
        if tag == "x":
            return NotImplemented if body == "NotImplemented" else Ellipsis
        if tag == "N":
            return self._decode_array(*body)
        return self.resolve(tag, body)

    def _decode_array(self, kind, shape, content):
        import numpy

        dtype = numpy.dtype(kind)
        if dtype.hasobject:
            raise NotPlain("an array of objects")
        array = numpy.frombuffer(bytearray.fromhex(content), dtype=dtype)
        return array[0] if shape is None else array.reshape(shape)


def _factory_name(factory):
    known = factory is None or type(factory) is type
    return _FACTORIES.get(factory, "?") if known else "?"


_TAGS = {tuple: "t", set: "s", frozenset: "z"}
_KINDS = {"t": tuple, "s": set, "z": frozenset}


def base_value(value):
    """The plain value inside an instance of a subclass of a plain type; `NotPlain` if there is none."""
    for base in _BASES:
        if isinstance(value, base):
            if base is dict:
                return dict(dict.items(value))
            if base in (int, float):
                return base.__int__(value) if base is int else base.__float__(value)
            if base is str:
                return str.__str__(value)[:] if type(value) is str else "".join(str.__iter__(value))
            if base is complex:
                return complex(complex.real.__get__(value), complex.imag.__get__(value))
            if base is bytes:
                return bytes(bytes.__iter__(value))
            return base(base.__iter__(value))
    raise NotPlain(type(value).__name__)
