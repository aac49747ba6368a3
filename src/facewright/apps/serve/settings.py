"""What the service is told when it starts."""

import ipaddress
from dataclasses import dataclass, field

from facewright.core.errors import UsageError
from facewright.inference import attributes
from facewright.inference.session import available_cores

MODEL = "detector-small"
"""A missed face is worse here than a few milliseconds."""
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Settings:
    """Limits, models and names. Raises UsageError for numbers that make no service."""

    model: str = MODEL
    attributes: str = attributes.DEFAULT_MODEL
    workers: int = field(default_factory=available_cores)
    """pictures worked on at once, each by one thread"""
    queue: int = 16
    """requests that may wait beside them; the next one is told to come again"""
    max_bytes: int = 32 * 2**20
    """of a request's body"""
    max_pixels: int = 50_000_000
    """of a picture; decoded, each takes three bytes, for each worker"""
    timeout: float = 30.0
    """seconds from a request's first byte to its answer"""
    hosts: tuple[str, ...] | None = LOOPBACK_NAMES
    """names by which it may be addressed, without the port; None: any"""

    def __post_init__(self) -> None:
        for name, value, least in (
            ("workers", self.workers, 1),
            ("queue", self.queue, 0),
            ("max-bytes", self.max_bytes, 1),
            ("max-pixels", self.max_pixels, 1),
        ):
            if value < least:
                raise UsageError(f"--{name} must be at least {least}, not {value}")
        if not 0 < self.timeout < float("inf"):  # refuses NaN too
            raise UsageError(f"--timeout takes seconds, more than 0, not {self.timeout}")


def names_of(host: str, others: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """The names to answer to when listening on `host`; None, any, where it is not loopback alone.

    A page of another site can point a name of its own at 127.0.0.1 and so have a browser send requests here
    (DNS rebinding): they carry that name. Who listens to the network chooses the names with --allow-host.
    """
    if not is_loopback(host):
        return others or None
    return tuple(dict.fromkeys((*LOOPBACK_NAMES, bracketed(host), *others)))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bracketed(host: str) -> str:
    """As an address of the web holds it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
