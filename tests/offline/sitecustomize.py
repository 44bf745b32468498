"""Put first on PYTHONPATH, it lets a Python process reach this machine only, and writes down what it tried beside."""

from __future__ import annotations

import os
import socket
from typing import Any

_LOG = os.environ.get("OFFLINE_LOG")
_LOCAL = ("127.", "::1", "localhost", "0.0.0.0")


def _require_local(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if name.startswith(_LOCAL) or name == socket.gethostname():
        return
    if _LOG:
        with open(_LOG, "a", encoding="utf-8") as log:
            log.write(f"{name}\n")
    raise OSError(f"the network is blocked: {name}")


def _block() -> None:
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            _require_local(address[0])
        connect(self, address)

    def guarded_look_up(host: Any, *arguments: Any, **keywords: Any) -> Any:
        _require_local(host)
        return look_up(host, *arguments, **keywords)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign]
    socket.getaddrinfo = guarded_look_up


_block()
