"""One request to the web: TLS verified, no step from https down to http, and every failure is one of two.

`Broken` may go well when it is asked again; `Refused` will not, and another place has to be tried.
"""

import email.utils
import html
import http.client
import ipaddress
import re
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from facewright import __version__
from facewright.core.errors import UsageError

TIMEOUT = 60.0
"""seconds without a byte after which a connection counts as broken"""
AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
"""statuses after which the same request may go well later"""

Response = http.client.HTTPResponse


class Refused(Exception):
    """This place does not give the file; its text says why."""


class Broken(Exception):
    """It did not go well this time; `after` is how many seconds to wait, where the server said so."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class OutOfRange(Exception):
    """There is nothing at or after the byte that was asked for (416)."""


def get(url: str, headers: Mapping[str, str]) -> Response:
    """The open answer, 200 or 206, after redirects. Raises Refused, Broken, OutOfRange."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise Refused("only http and https are spoken here")
    own = {"User-Agent": f"facewright/{__version__}", "Accept-Encoding": "identity"}
    request = urllib.request.Request(url, headers=own | dict(headers))
    try:
        return _opener().open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        with closing(error):
            if error.code == 416:
                raise OutOfRange from None
            said = f"{place(url)} answers {error.code} {error.reason or ''}".rstrip()
            if error.code in AGAIN:
                raise Broken(said, _retry_after(error.headers.get("Retry-After"))) from None
            raise Refused(said) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            why = error.reason.verify_message
            raise Refused(f"{place(url)}: its certificate does not hold ({why})") from None
        if isinstance(error.reason, ssl.SSLError) and not isinstance(error.reason, ssl.SSLEOFError):
            raise Refused(f"{place(url)} does not speak https ({error.reason.reason})") from None
        if isinstance(error.reason, socket.gaierror) and error.reason.errno == socket.EAI_NONAME:
            raise Refused(f"{place(url)} has no address: it is gone, or this machine is offline") from None
        raise Broken(f"{place(url)} is not reached ({error.reason})") from None
    except http.client.InvalidURL:  # its text repeats what may be a password
        raise Refused(f"{place(url)} leads to an address that is none") from None
    except (OSError, http.client.HTTPException) as error:
        raise Broken(f"{place(url)} is not reached ({error or type(error).__name__})") from None
    except ValueError:  # a host name or a redirect that nobody can read
        raise Refused(f"{place(url)} leads to an address that is none") from None


def read(response: Response, url: str, count: int) -> bytes:
    """The next bytes, at most `count`, as soon as there are some; empty at the end. Raises Broken."""
    try:
        return response.read1(count)
    except (OSError, http.client.HTTPException) as error:
        raise Broken(f"{place(url)} broke off ({str(error) or type(error).__name__})") from None


def place(url: str) -> str:
    """The host, for people: an address of Google Drive or of a content network tells them nothing.

    Nor do a user and a password belong on a screen.
    """
    return urlsplit(url).netloc.rpartition("@")[2]


def page_title(start: bytes, kind: str) -> str | None:
    """The title of a web page that came instead of a file; None where it is none."""
    text = start[:65536].decode("utf-8", "replace")
    if not re.match(r"\s*(<!doctype html|<html|<head)", text, re.I) and "html" not in kind:
        return None
    found = re.search(r"<title[^>]*>(.*?)</title>", text, re.I | re.S)
    return " ".join(html.unescape(found.group(1)).split()) if found else "a page without a title"


def proxy(url: str) -> str | None:
    """The proxy that requests for `url` go through, from the usual environment variables; None: none.

    Environment variables only: what the system's settings say would be a surprise on some systems.
    Raises UsageError for one that is not spoken to, such as SOCKS: going without it would be one too.
    """
    parts = urlsplit(url)
    if _loopback(parts.hostname or "") or urllib.request.proxy_bypass(parts.netloc):
        return None
    named = urllib.request.getproxies_environment()
    through = named.get(parts.scheme) or named.get("all")
    if not through:
        return None
    through = through if "://" in through else f"http://{through}"
    try:
        good = urlsplit(through).scheme == "http" and urlsplit(through).hostname
    except ValueError:
        good = False
    if not good:
        raise UsageError(
            f"the environment names a proxy for {parts.scheme} of a kind that is not spoken to: only "
            "http://HOST:PORT is"
        )
    return through


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(
        _Proxies({"http": "", "https": ""}), urllib.request.HTTPSHandler(context=_context()), _Redirects
    )


@cache
def _context() -> ssl.SSLContext:
    """Verifies certificates and names; made once, as reading the system's certificates takes a while."""
    return ssl.create_default_context()


class _Proxies(urllib.request.ProxyHandler):
    """As the library's, but looked up at every step: a redirect may lead where another proxy holds."""

    def proxy_open(self, req: urllib.request.Request, proxy_url: str, kind: str) -> Any:
        through = proxy(req.full_url)
        return super().proxy_open(req, through, kind) if through else None


class _Redirects(urllib.request.HTTPRedirectHandler):
    """As the library's (which keeps Range), but never from https to anything else, nor to ftp."""

    def redirect_request(self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any,
                         newurl: str) -> urllib.request.Request | None:  # fmt: skip
        fp.close()  # or the library reads what came with it to the end, which may never come
        before, after = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if after not in ("http", "https") or (before == "https" and after != "https"):
            raise Refused(f"{place(req.full_url)} sends on to {after}://{place(newurl)}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _retry_after(value: str | None) -> float | None:
    """Seconds, from a number or a date."""
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None
