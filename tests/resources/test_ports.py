"""Ports for servers that are about to start."""

import socket
from pathlib import Path

import pytest

from resources import ports
from resources.ports import bind_error, free_port, is_free


def test_a_port_is_below_those_of_outgoing_connections() -> None:
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    assert {free_port() < first for _ in range(50)} == {True}


def test_a_taken_port_is_seen_and_never_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
        assert not is_free("127.0.0.1", port)
        assert bind_error("127.0.0.1", port) is not None
        monkeypatch.setattr(ports, "LISTENING", range(port, port + 1))
        with pytest.raises(OSError, match=f"from {port} on is free"):
            free_port()
    assert is_free("127.0.0.1", port)
