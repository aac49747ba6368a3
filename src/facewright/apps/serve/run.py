"""The service run by uvicorn: its socket, a line of log a request, an end that waits for the work."""

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing

import uvicorn

from facewright.apps.serve.app import create_app
from facewright.apps.serve.settings import Settings, bracketed
from facewright.core.errors import UsageError

BACKLOG = 2048


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
        uvicorn.Server(config).run(sockets=[listener])


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
