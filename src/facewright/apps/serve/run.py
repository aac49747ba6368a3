"""The service run by uvicorn: its socket, a line of log a request, an end that waits for the work."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from time import monotonic
from typing import Any

import uvicorn

from facewright.apps.serve.app import create_app
from facewright.apps.serve.settings import Settings, bracketed
from facewright.core.errors import UsageError

BACKLOG = 2048
LAST_CALL = 0.5
"""seconds between the signal to end and the end of connections on which nothing is going on"""


def run(settings: Settings, host: str, port: int, ready: Callable[[str], object]) -> None:
    """Serve until SIGTERM or Ctrl-C, then answer what has come in, and return (Ctrl-C: KeyboardInterrupt).

    port: 0 for any that is free. ready: told the address once it takes requests. Raises UsageError when the
    address cannot be listened on, and as `create_app`.
    """
    app = create_app(settings)
    logger = logging.getLogger("facewright.serve")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [logging.StreamHandler(sys.stderr)]
    logger.handlers[0].setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    config = uvicorn.Config(
        app,
        access_log=False,  # it would tell the addresses with all that is asked in them
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=int(settings.timeout) + 5,  # every request has ended by then
        backlog=BACKLOG,
        ws="none",
    )
    # uvicorn hands on the signal that ended it: to nobody, as by then all is done.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with closing(_listening(host, port)) as listener:
        ready(f"http://{bracketed(host)}:{listener.getsockname()[1]}")
        _Server(config, settings.timeout).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Waits for a request's head no longer than `patience` seconds, and ends without cutting one off."""

    def __init__(self, config: uvicorn.Config, patience: float) -> None:
        super().__init__(config)
        self._patience = patience
        self._silent: dict[tuple[Any, Any], float] = {}
        """of connections that wait for a head: since when. Beside each its last request: another one has come
        in between where that is not the same"""

    async def on_tick(self, counter: int) -> bool:
        now, before = monotonic(), self._silent
        connections: set[Any] = {one for one in self.server_state.connections if hasattr(one, "cycle")}
        self._silent = {
            (one, one.cycle): before.get((one, one.cycle), now)
            for one in connections
            if one.cycle is None or one.cycle.response_complete
        }
        for (one, _), since in self._silent.items():
            if now - since > self._patience:
                one.transport.close()
        return await super().on_tick(counter)

    # A connection that is closed between two requests may be closed on the next one. So every answer first
    # says that its connection ends with it, for long enough that whoever is sending has heard it.
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()  # nobody else comes in
        for listener in sockets or []:
            listener.close()
        state = self.server_state
        state.default_headers = [*state.default_headers, (b"connection", b"close")]
        for connection in state.connections:
            if (cycle := getattr(connection, "cycle", None)) is not None:
                cycle.default_headers = state.default_headers
        await asyncio.sleep(LAST_CALL)
        await super().shutdown(sockets)


def _listening(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        return listener
    except (OSError, OverflowError) as error:
        listener.close()
        why = getattr(error, "strerror", None) or error
        raise UsageError(
            f"{host} port {port} cannot be listened on ({why}); choose with --host and --port"
        ) from error
