"""A port for a server that is about to start, on this machine."""

import random
import socket

LISTENING = range(20000, 32768)
"""Below the ports of outgoing connections (Linux: 32768 and up), so that none takes a port before its server does."""
TRIES = 200


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen on `port` of `host` now."""
    return bind_error(host, port) is None


def bind_error(host: str, port: int) -> OSError | None:
    """The error of listening on `port` of `host`; none where that works."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def free_port(host: str = "127.0.0.1") -> int:
    """A random port that a server can listen on; two processes that ask at once hardly ever get the same."""
    drawn = random.SystemRandom()
    for _ in range(TRIES):
        port = drawn.choice(LISTENING)
        if is_free(host, port):
            return port
    raise OSError(f"none of {TRIES} ports of {host} from {LISTENING.start} on is free")
