"""The line between the answer's sandbox and the tests': length-prefixed JSON over a socket, both ways.

Belongs here: sending and receiving. A message that is too long, not JSON or cut off is `LineBroken`: the other
side ended or talks nonsense, and neither is an answer.
"""

import json
import os
import struct

LINE = 903  # the descriptor both sides keep their end at
_HEAD = struct.Struct("<I")
_LONGEST = 64 << 20


# made once: json.dumps and json.loads make an encoder and a decoder's helpers for each message
_scan = json.decoder.JSONDecoder().scan_once


def _make_encoder():
    make = json.encoder.c_make_encoder
    if make is None:
        return json.JSONEncoder(separators=(",", ":")).encode
    write = json.encoder.encode_basestring_ascii
    chunks = make(None, json.JSONEncoder().default, write, None, ":", ",", False, False, True)
    return lambda message: "".join(chunks(message, 0))


_encode = _make_encoder()


class LineBroken(BaseException):
    """The other side ended, or sent what is no message."""


def broken(reason):
    """What happens then; the tests' side replaces it by something that cannot be caught."""
    raise LineBroken(reason)


def send(message):
    """Send one message. Raises `LineBroken` if nobody listens."""
    data = _encode(message).encode()
    data = _HEAD.pack(len(data)) + data
    try:
        done = os.write(LINE, data)
        while done < len(data):
            done += os.write(LINE, data[done:])
    except OSError as error:
        broken(str(error))


def receive():
    """The next message. Raises `LineBroken`."""
    try:
        data = os.read(LINE, 65536)
        while len(data) < 4:
            more = os.read(LINE, 65536)
            if not more:
                broken("it ended")
            data += more
        (size,) = _HEAD.unpack_from(data)
        if size > _LONGEST:
            broken("its reply is too long")
        parts, have = [data[4:]], len(data) - 4
        while have < size:
            more = os.read(LINE, min(size - have, 1 << 20))
            if not more:
                broken("it ended")
            parts.append(more)
            have += len(more)
        if have != size:
            return broken("two messages at once")
        text = b"".join(parts).decode("ascii")
        message, end = _scan(text, 0)
        return message if end == len(text) else broken("more than a message")
    except (OSError, ValueError, RecursionError, StopIteration) as error:
        return broken(f"no message: {type(error).__name__}")
