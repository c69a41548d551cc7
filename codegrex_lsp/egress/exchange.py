"""One request and its answer: limits, failures, and what is never followed or unpacked.

Imported when the first request goes, since it brings the HTTP library with it.
"""

from __future__ import annotations

import contextlib
import email.utils
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Final

import httpx

from codegrex_lsp.egress import transport
from codegrex_lsp.egress.transport import PinnedTransport, Way
from codegrex_lsp.egress.watch import Watch
from codegrex_lsp.errors import BadAnswer, ProviderError
from codegrex_lsp.providers.wire import Call
from codegrex_lsp.values.route import ProviderConfig

ANSWER_BYTES: Final = 8 * 2**20
"""The largest answer that is read. The longest replies of today's models stay below 1 MB of
stream; what is longer is not meant for us."""

ERROR_BYTES: Final = 64 * 2**10
"""How much of a failure's body is read, for `Translator.explain`."""

_LONGEST_RETRY: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Request:
    """What goes.

    Attributes:
        provider: Whom it goes to.
        way: How the connection is made.
        call: Method, path and body.
        headers: All but those of the transport itself, the key among them.
    """

    provider: ProviderConfig
    way: Way
    call: Call
    headers: tuple[tuple[str, str], ...] = field(repr=False)


async def answer(
    request: Request,
    pinned: PinnedTransport,
    watch: Watch,
    explain: Callable[[int, bytes], ProviderError],
) -> AsyncGenerator[bytes, None]:
    """Send, and yield the answer's body as it comes; closing the generator hangs up.

    Raises:
        RefusedError, ConfigurationError, ProviderError: As `Door.stream` says.
    """
    provider = request.provider
    watch.start()
    with transport.our_errors(provider.id, request.way.target.label):
        response = await watch.first(
            transport.send(
                pinned,
                request.way,
                request.call,
                request.headers,
                provider,
                watch.check,
            )
        )
        async with contextlib.aclosing(response):
            body = response.aiter_raw()
            if response.status_code >= 400:
                raise await _failure(watch, response, body, explain)
            _judge(provider.id, response)
            async with contextlib.aclosing(_bounded(provider.id, watch, body)) as chunks:
                async for chunk in chunks:
                    yield chunk


async def _bounded(
    provider: str, watch: Watch, body: AsyncIterator[bytes]
) -> AsyncGenerator[bytes, None]:
    size = 0
    wait = watch.first
    while (chunk := await wait(anext(body, None))) is not None:
        size += len(chunk)
        if size > ANSWER_BYTES:
            raise BadAnswer(f"{provider} sent more than an answer can be.", code="answer-too-large")
        if chunk:
            wait = watch.next
            yield chunk


def _judge(provider: str, response: httpx.Response) -> None:
    """Raise BadAnswer for a redirect or a packed body: neither is ever followed or unpacked."""
    status = response.status_code
    if not 200 <= status < 300:
        raise BadAnswer(
            f"{provider} sent us to another address, and redirects are not followed.",
            code="redirect-refused",
            fix=f"Write the final address in providers.{provider}.baseUrl.",
            status=status,
        )
    if _header(response, "content-encoding") not in ("", "identity"):
        raise BadAnswer(
            f"{provider} packed its answer although it was asked not to.",
            code="encoded-answer",
            status=status,
        )


async def _failure(
    watch: Watch,
    response: httpx.Response,
    body: AsyncIterator[bytes],
    explain: Callable[[int, bytes], ProviderError],
) -> ProviderError:
    """The provider's error for a status of 400 or more. Its body may be cut, slow or endless."""
    said = b""
    with contextlib.suppress(ProviderError, httpx.TransportError):
        while len(said) < ERROR_BYTES:
            chunk = await watch.next(anext(body, None))
            if chunk is None:
                break
            said += chunk
    error = explain(response.status_code, said[:ERROR_BYTES])
    error.retry_after = min(max(0.0, _retry_after(response, time.time())), _LONGEST_RETRY)
    return error


def _retry_after(response: httpx.Response, now: float) -> float:
    """Seconds of `Retry-After`: a number, or a date that the server's own clock is set against.

    RFC 9110, section 10.2.3. 0 where there is none, or it is neither.
    """
    value = _header(response, "retry-after")
    try:
        seconds = float(value or 0)
        return 0.0 if math.isnan(seconds) else seconds
    except ValueError:
        moment = _moment(value)
    return 0.0 if moment is None else moment - (_moment(_header(response, "date")) or now)


def _moment(date: str) -> float | None:
    """Seconds since the epoch of an HTTP date, or None."""
    try:
        return email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def _header(response: httpx.Response, name: str) -> str:
    return str(response.headers.get(name, "")).strip().lower()
