"""Network requests: which errors to retry, how long to wait, and which secrets to mask.

A call and the reading of its answer are one step: a connection that breaks during an answer, or an invalid answer, is
retried like a refused request.
"""

from __future__ import annotations

import email.utils
import http.client
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import tenacity

from prismake.core.errors import SearchError
from prismake.search.pace import Pace

T = TypeVar("T")
_CHUNK = 256 * 1024
_LARGEST = 1024**3
_LONGEST_RETRY_AFTER = 600.0
_KEY_FIELD = re.compile(r"(api[-_]?key\W{1,4})([\w.:-]{4,})", re.IGNORECASE)


@dataclass(frozen=True)
class Policy:
    """How patient a client is. Seconds throughout.

    ``attempts``: tries for one request. ``first_wait``, ``longest_wait``: pauses between tries grow from the first to
    the second, each drawn at random below the limit, unless the server names one. ``timeout``: longest silence.
    ``deadline``: longest time for a complete answer. ``pause``: between two requests to a source, ``None`` for what it
    asks for.
    """

    attempts: int = 7
    first_wait: float = 1.0
    longest_wait: float = 60.0
    timeout: float = 60.0
    deadline: float = 600.0
    pause: float | None = None


class PassingError(Exception):
    """A temporary error.

    ``wait``: the pause that the server asked for, in seconds. ``busy``: the server had too many requests from this
    address, so that all connections to it have to wait.
    """

    def __init__(self, what: str, wait: float | None = None, *, busy: bool = False) -> None:
        super().__init__(what)
        self.wait = wait
        self.busy = busy or wait is not None


LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Turn redirections into errors, since they would send a key to another address."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def opener(home: str) -> urllib.request.OpenerDirector:
    """An opener for URLs below ``home`` that follows no redirection and uses no proxy for this machine."""
    handlers: list[Any] = [_NoRedirect()]
    if urllib.parse.urlsplit(home).hostname in LOOPBACK:
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def address(variable: str, home: str, *, domain: str) -> str:
    """The URL of a source: ``home``, or the environment variable if it points to this machine or ``domain``.

    Raises ``SearchError`` for any other address: queries, e-mail address and key must not go elsewhere.
    """
    stated = os.environ.get(variable, "").strip()
    if not stated:
        return home
    parts = urllib.parse.urlsplit(stated)
    host = (parts.hostname or "").lower()
    local = host in LOOPBACK and parts.scheme in {"http", "https"}
    own = (host == domain or host.endswith("." + domain)) and parts.scheme == "https"
    if not (local or own):
        raise SearchError(
            f"{variable} points to '{stated[:100]}', which is neither this machine nor {domain}.",
            remedy=f"Unset it, or use {home} or an address such as http://127.0.0.1:8000/.",
        )
    return stated.rstrip("/") + "/"


def mask(text: str, *secrets: str | None) -> str:
    """The text without the secrets and without anything in the position of an API key."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return _KEY_FIELD.sub(r"\1***", text)


def patiently(
    call: Callable[[], T],
    policy: Policy,
    *,
    doing: str,
    secrets: tuple[str | None, ...] = (),
    pace: Pace | None = None,
) -> T:
    """The result of ``call``, tried again while it raises ``PassingError`` or the connection fails.

    ``pace``: shared with other connections, which wait as well when the server asks one of them to.

    Raises ``SearchError`` if no try succeeded; its text is masked. Raises ``StoppedError`` if the pace was stopped.
    """
    growing = tenacity.wait_random_exponential(multiplier=policy.first_wait, max=policy.longest_wait)

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        requested = error.wait if isinstance(error, PassingError) else None
        seconds = growing(state) if requested is None else min(requested, _LONGEST_RETRY_AFTER)
        if pace and isinstance(error, PassingError) and error.busy:
            pace.hold(seconds)
        return seconds

    tries = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(policy.attempts),
        wait=wait,
        retry=tenacity.retry_if_exception_type(PassingError),
        sleep=pace.sleep if pace else tenacity.nap.sleep,
        reraise=True,
    )
    try:
        return tries(_translated, call)
    except SearchError as error:
        raise SearchError(mask(error.what, *secrets), where=error.where, remedy=error.remedy) from None
    except PassingError as error:
        raise SearchError(
            mask(f"{doing} failed {policy.attempts} times; the last answer: {error}.", *secrets),
            remedy="What was fetched is kept. Check the connection and run the same command again to go on.",
        ) from None


def _translated(call: Callable[[], T]) -> T:
    """``call``, with all network errors raised as ``PassingError`` or ``SearchError``."""
    try:
        return call()
    except urllib.error.HTTPError as error:
        raise _http_error(error) from None
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        raise PassingError(f"the connection failed ({type(error).__name__}: {reason})") from None


def _http_error(error: urllib.error.HTTPError) -> Exception:
    body = ""
    try:
        body = error.read(2000).decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException):
        pass
    finally:
        error.close()
    message = " ".join(re.sub(r"<[^>]*>", " ", body).split())[:300]
    if error.code == 429:
        return PassingError("too many requests (HTTP 429)", retry_after(error.headers.get("Retry-After")), busy=True)
    if error.code >= 500 or error.code == 408:
        return PassingError(f"the server failed (HTTP {error.code})", retry_after(error.headers.get("Retry-After")))
    return SearchError(mask(f"the server refused the request (HTTP {error.code}): {message or error.reason}."))


def retry_after(value: str | None) -> float | None:
    """Seconds of a ``Retry-After`` header, which is a number or a date; ``None`` if it is neither."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def body(response: Any, policy: Policy) -> bytes:
    """The complete answer; raises ``PassingError`` if it is shorter than declared or takes too long."""
    until = time.monotonic() + policy.deadline
    parts, size = [], 0
    while True:
        part = response.read(_CHUNK)
        if not part:
            break
        parts.append(part)
        size += len(part)
        if time.monotonic() > until:
            raise PassingError(f"the answer was not complete after {policy.deadline:.0f} s")
        if size > _LARGEST:
            raise SearchError(f"the answer is larger than {_LARGEST // 1024**2} MiB.")
    promised = response.headers.get("Content-Length")
    if promised and promised.isdigit() and size < int(promised):
        raise PassingError(f"the connection broke after {size:,} of {int(promised):,} bytes")
    return b"".join(parts)
