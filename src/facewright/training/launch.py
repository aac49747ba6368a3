"""Processes of this machine that train together: each a `facewright` of its own, told which one it is.

What torchrun does for one machine, with less ado: no retries, one sentence when one is lost, Ctrl-C ends all.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from facewright.core.errors import TrainingError

GRACE = 20.0
"""seconds in which the others end by themselves, with what they have to say, when one has ended"""
LAUNCHER = "FACEWRIGHT_LAUNCHER"
"""variable that tells a process who started it"""


def launch(words: Sequence[str], processes: int) -> int:
    """Run `facewright *words` so many times at once; the exit status is 0, or that of one which failed.

    Raises KeyboardInterrupt when interrupted, TrainingError for one that was killed; none is left behind.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "WORLD_SIZE": str(processes),
        "LOCAL_WORLD_SIZE": str(processes),
        LAUNCHER: str(os.getpid()),
        # PyTorch's remarks on its own speed; what goes wrong raises.
        "TORCH_CPP_LOG_LEVEL": os.environ.get("TORCH_CPP_LOG_LEVEL", "ERROR"),
    }
    running: list[subprocess.Popen[bytes]] = []
    try:
        for rank in range(processes):
            own = {"RANK": str(rank), "LOCAL_RANK": str(rank)}
            command = [sys.executable, "-m", "facewright", *words]
            # A session of its own: Ctrl-C reaches it through us, and once.
            running.append(
                subprocess.Popen(
                    command, env=os.environ | shared | own, stdin=subprocess.DEVNULL, start_new_session=True
                )
            )
        statuses = _watch(running)
    finally:
        _stop(running)
    for rank, status in enumerate(statuses):
        if status < 0:
            raise TrainingError(
                f"process {rank} of {processes} was killed by signal {-status} "
                f"({signal.Signals(-status).name}); often the machine's memory was short: "
                "fewer processes or data.workers need less; --resume goes on from the last round"
            )
    return next((status for status in statuses if status), 0)


def _watch(running: Sequence[subprocess.Popen[bytes]]) -> list[int]:
    """Exit statuses of those that ended by themselves, some time after the first that failed; else 0."""
    left = GRACE
    while left > 0:
        statuses = [process.poll() for process in running]
        if None not in statuses:
            break
        time.sleep(0.1)
        left -= 0.1 if any(statuses) else 0.0
    return [process.poll() or 0 for process in running]


def _stop(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Interrupt those that still run, and kill what is deaf to that."""
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    until = time.monotonic() + GRACE
    for process in running:
        try:
            process.wait(max(until - time.monotonic(), 0.1))
        except (subprocess.TimeoutExpired, KeyboardInterrupt):  # or who waits lost patience
            process.kill()
            process.wait()


def end_with_launcher() -> None:
    """End this process when the one that launched it, if any did, is gone, killed perhaps."""
    launcher = int(os.environ.get(LAUNCHER, 0))
    if not launcher:
        return

    def watch() -> None:
        while os.getppid() == launcher:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
