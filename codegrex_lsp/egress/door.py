"""The one door: whatever leaves this process leaves here.

In this order:

    1. the mode is read again, now, and what the organisation allows
    2. the address is read and held to the destination that was cleared
    3. the body is encoded from the Cleared, by the door itself
    4. the ledger line is written; for the cloud there is no going on without it
    5. the name is resolved, and only addresses of that destination are connected to
    6. the key is attached, and the request goes

Both are asked about between chunks as well (`Watch.glance`), and `mode_changed` ends at once what
they no longer allow. Nothing is sent twice: trying again is for callers, through the whole door.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from codegrex_lsp.egress.address import Target
from codegrex_lsp.egress.errand import (
    Errand,
    errand_of,
    errand_of_account,
    errand_of_batch,
    errand_of_probe,
    permit,
    target_of,
)
from codegrex_lsp.egress.ledger import Entry, Ledger, Receipt
from codegrex_lsp.egress.recording import Recorded, RecordingDoor
from codegrex_lsp.egress.watch import Watch
from codegrex_lsp.errors import (
    CodegrexError,
    ConfigurationError,
    LedgerError,
    ProviderError,
)
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import account, telemetry
from codegrex_lsp.providers.wire import (
    AccountCall,
    Call,
    Probe,
    Sampling,
    TelemetryBatch,
    Translator,
)
from codegrex_lsp.settings.model import Network
from codegrex_lsp.settings.pins import NO_LIMITS, Limits
from codegrex_lsp.values.mode import Destination, Mode
from codegrex_lsp.values.route import ProviderConfig

if TYPE_CHECKING:
    from codegrex_lsp.egress.transport import PinnedTransport, Way

__all__ = ["Door", "Endpoint", "EndpointSource", "Recorded", "RecordingDoor"]

_WAYS: Final = 16

# The door states these itself; a configured header must not contradict the bytes that follow.
_RESERVED: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer",
     "accept-encoding", "expect", "proxy-authorization"}
)  # fmt: skip


_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_VALUE: Final = re.compile(r"[\x20-\x7e]*")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider answers, and the key for it.

    Attributes:
        base_url: The provider's own, or that of the model server that was started for it.
        secret: Header name and value of the key, or None.
    """

    base_url: str
    secret: tuple[str, str] | None = field(default=None, repr=False)


Explain = Callable[[ProviderConfig, int, bytes], ProviderError]
"""Provider, status and body of a failure → our error."""

EndpointSource = Callable[[ProviderConfig], Awaitable[Endpoint]]
"""Finds the endpoint of a provider; starts the embedded model server, looks up the key."""


class Door:
    """The one way out.

    Args:
        ledger: Written before the bytes go.
        endpoints: Finds address and key of a provider.
        mode: Workspace folder, or empty for none → the effective mode at this moment.
        private_hosts: `privacy.privateHosts` at this moment.
        network: `network.*` at this moment.
        key_refused: Told of a provider that did not accept its key.
        limits: What the organisation allows at this moment.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        endpoints: EndpointSource,
        mode: Callable[[str], Mode],
        private_hosts: Callable[[], Sequence[str]],
        network: Callable[[], Network],
        key_refused: Callable[[ProviderConfig], None] = lambda provider: None,
        limits: Callable[[], Limits] = lambda: NO_LIMITS,
    ) -> None:
        self._ledger = ledger
        self._endpoints = endpoints
        self._mode = mode
        self._private_hosts = private_hosts
        self._network = network
        self._key_refused = key_refused
        self._limits = limits
        self._transports: dict[Way, PinnedTransport] = {}
        self._watches: set[Watch] = set()
        self._notes: set[asyncio.Future[None]] = set()
        self._unrecorded = ""

    @property
    def unrecorded(self) -> str:
        """Why local requests are not being recorded, as a sentence; empty where they are."""
        return self._unrecorded

    async def stream(
        self, cleared: Cleared, translator: Translator, sampling: Sampling
    ) -> AsyncGenerator[bytes, None]:
        """Send a Cleared along its route and yield raw chunks of the answer as they come.

        Closing the generator, or cancelling the task that waits for it, closes the connection.

        Raises:
            RefusedError: The mode or the address says no. Also in the middle of an answer.
            LedgerError: The line can not be written, and the route leads to the cloud.
            ConfigurationError: Address, header, proxy or certificates can not be used.
            ProviderError: The other side failed.
        """
        errand = errand_of(cleared)
        chunks = self._send(
            errand, lambda: translator.encode(cleared, sampling), translator.explain
        )
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                yield chunk

    async def probe(self, probe: Probe, translator: Translator) -> bytes:
        """Send a text-free question and return the whole answer. Raises as `stream` does."""
        errand = errand_of_probe(probe, self._private_hosts())
        chunks = self._send(errand, lambda: translator.encode_probe(probe), translator.explain)
        async with contextlib.aclosing(chunks):
            return b"".join([chunk async for chunk in chunks])

    async def report(self, batch: TelemetryBatch, translator: Translator) -> None:
        """Send telemetry, without key; what is answered is not kept. Raises as `stream` does."""
        errand = errand_of_batch(batch)
        chunks = self._send(errand, lambda: telemetry.encode(batch), translator.explain)
        async with contextlib.aclosing(chunks):
            async for _ in chunks:
                pass

    async def account(self, call: AccountCall) -> bytes:
        """Ask about the account, and return the whole answer. Raises as `stream` does."""
        explain = partial(account.explain, call.purpose)
        chunks = self._send(errand_of_account(call), lambda: account.encode(call), explain)
        async with contextlib.aclosing(chunks):
            return b"".join([chunk async for chunk in chunks])

    def mode_changed(self) -> None:
        """End every request that the mode no longer allows, waiting or not.

        Called on the event loop's own thread.
        """
        for watch in tuple(self._watches):
            watch.mode_changed()

    async def warm_up(self) -> None:
        """Load the HTTP library off the loop, so that the first request does not wait for it."""

        def load() -> None:
            from codegrex_lsp.egress import exchange  # noqa: F401 - loading it is the point

        await asyncio.to_thread(load)

    async def close(self) -> None:
        """Close every connection and finish the ledger's notes."""
        transports = list(self._transports.values())
        self._transports.clear()
        for pinned in transports:
            await pinned.aclose()
        if self._notes:
            await asyncio.wait(self._notes)

    async def _send(
        self,
        errand: Errand,
        encode: Callable[[], Call],
        explain: Explain,
    ) -> AsyncGenerator[bytes, None]:
        from codegrex_lsp.egress import exchange, transport

        watch = Watch(
            errand.provider.id,
            errand.provider.timeouts,
            lambda: self._permit(errand),
        )
        self._watches.add(watch)
        try:
            watch.check()
            endpoint = Endpoint(errand.provider.base_url)
            if not errand.keyless:
                endpoint = await watch.unhurried(self._endpoints(errand.provider))
            mode = self._permit(errand)
            private_hosts = tuple(self._private_hosts())
            target = target_of(errand, endpoint.base_url, private_hosts, mode)
            call = encode()
            headers = _headers(errand.provider, endpoint, call)
            way = transport.way_to(
                target,
                errand.destination,
                private_hosts,
                self._network(),
                may_resolve=mode is not Mode.OFFLINE,
                anonymous=errand.anonymous,
            )
            receipt = await watch.unhurried(self._record(errand, mode, target, call))
            with self._noting(receipt) as ended:
                watch.check()
                request = exchange.Request(errand.provider, way, call, headers)
                pinned = await self._pinned(way)
                answer = exchange.answer(request, pinned, watch, partial(explain, errand.provider))
                async with contextlib.aclosing(answer):
                    async for chunk in answer:
                        yield chunk
                        watch.glance()
                ended()
        except CodegrexError as error:
            if error.code == "key-refused":
                self._key_refused(errand.provider)
            raise
        finally:
            self._watches.discard(watch)

    def _permit(self, errand: Errand) -> Mode:
        return permit(errand, self._mode(errand.folder), self._limits())

    async def _pinned(self, way: Way) -> PinnedTransport:
        from codegrex_lsp.egress.transport import PinnedTransport

        pinned = self._transports.get(way)
        if pinned is None:
            if len(self._transports) >= _WAYS:
                unused = [old for old, kept in self._transports.items() if not kept.connected]
                oldest = self._transports.pop(unused[0] if unused else next(iter(self._transports)))
                await oldest.aclose()
            pinned = self._transports[way] = PinnedTransport(way)
        return pinned

    async def _record(
        self, errand: Errand, mode: Mode, target: Target, call: Call
    ) -> Receipt | None:
        entry = Entry(
            task=errand.task,
            mode=mode,
            destination=errand.destination,
            provider=errand.provider.id,
            host=target.label,
            model=errand.model,
            body=call.body,
            pieces=errand.pieces,
            redactions=errand.redactions,
            withheld=errand.withheld,
            policy=self._limits().policy,
        )
        try:
            # In a thread: a disk or another server's lock must not stop the editor's messages.
            receipt = await asyncio.to_thread(self._ledger.record, entry)
        except LedgerError as error:
            self._unrecorded = error.message
            if errand.destination is Destination.CLOUD:
                raise
            return None
        self._unrecorded = ""
        return receipt

    @contextlib.contextmanager
    def _noting(self, receipt: Receipt | None) -> Iterator[Callable[[], None]]:
        """Write how it ended: `answered`, `closed` early, `cancelled`, or the code of a failure."""
        outcome = "closed"

        def answered() -> None:
            nonlocal outcome
            outcome = "answered"

        try:
            yield answered
        except CodegrexError as error:
            outcome = error.code
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        except Exception:
            outcome = "internal"
            raise
        finally:
            if receipt is not None:
                self._note(receipt, outcome)

    def _note(self, receipt: Receipt, outcome: str) -> None:
        """Nobody waits for this line: the answer is already on its way to the person."""

        def write() -> None:
            with contextlib.suppress(LedgerError):  # kept in `ledger.problem`
                self._ledger.outcome(receipt, outcome)

        note = asyncio.get_running_loop().run_in_executor(None, write)
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)


def _headers(
    provider: ProviderConfig, endpoint: Endpoint, call: Call
) -> tuple[tuple[str, str], ...]:
    """Content headers, the person's own, and the key, in this order.

    Raises:
        ConfigurationError: One can not be sent; its value is not repeated.
    """
    secret = (endpoint.secret,) if endpoint.secret else ()
    headers = (*call.headers, *provider.headers.items(), *secret)
    for name, value in headers:
        if name.lower() in _RESERVED or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ConfigurationError(
                f"A header of {provider.id} can not be sent.",
                code="bad-header",
                fix=f"Check providers.{provider.id}.headers and the key.",
            )
    return headers
