"""One completion, from a snapshot to a suggestion. The walk is in docs/architecture.md.

`complete` and `preview` share every step up to the door; preview's door records and never opens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from codegrex_lsp.context.ask import for_completion
from codegrex_lsp.egress.address import declared
from codegrex_lsp.egress.door import Door, RecordingDoor
from codegrex_lsp.engine.cache import SuggestionCache
from codegrex_lsp.engine.guards import Guards
from codegrex_lsp.engine.models import ModelBook, model_of
from codegrex_lsp.engine.pace import Pace
from codegrex_lsp.engine.patience import Patience
from codegrex_lsp.engine.requests import CompletionOutcome, CompletionRequest, Timings, Trigger
from codegrex_lsp.engine.stream import Answer, read_answer
from codegrex_lsp.engine.tidy.chain import tidy
from codegrex_lsp.engine.tidy.site import Site, at
from codegrex_lsp.errors import CodegrexError
from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.providers.wire import Sampling, Translator
from codegrex_lsp.routing.route import Candidate, choose, permitted
from codegrex_lsp.settings.model import Settings
from codegrex_lsp.values.ask import Ask, Origin
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.reply import Decision, Suggestion, WithheldPiece
from codegrex_lsp.values.route import ProviderConfig, Refused, Route
from codegrex_lsp.values.sealed import Sealed

MOST_WORDS_RIGHT: Final = 8
"""Word characters right of the cursor beyond which typing does not ask by itself (llama.vim)."""

OnText = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Steps 1 to 6 are done: an Ask, the routes for it, and how long context took."""

    ask: Ask
    routes: tuple[Route, ...]
    site: Site


class Stopwatch:
    """Milliseconds since a request arrived, and the marks on the way."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = clock()
        self.timings = Timings()

    def read(self) -> float:
        """Milliseconds since the start."""
        return self._clock() - self._start

    def context(self, begun: float) -> None:
        """The Ask is built; `begun` is when building it started."""
        self.timings = replace(self.timings, context_ms=self.read() - begun)

    def gate(self, begun: float) -> None:
        """The gate has decided."""
        self.timings = replace(self.timings, gate_ms=self.read() - begun)

    def first_token(self) -> None:
        """The first characters arrived."""
        if self.timings.first_token_ms is None:
            self.timings = replace(self.timings, first_token_ms=self.read())

    def done(self) -> Timings:
        """All marks, with the total."""
        return replace(self.timings, total_ms=self.read())


class Completer:
    """Makes suggestions.

    Args:
        settings: Settings in force for a folder, now.
        verdict: Whether a path may be read, for a folder.
        guards: The gates in force.
        door: The one door.
        book: What is known of models.
        translator: Kind → its translator.
        progress: Told a fixed sentence when a model is slow to begin, and nothing when it has.
        clock: Monotonic, in ms.
    """

    def __init__(
        self,
        *,
        settings: Callable[[Path | None], Settings],
        verdict: Callable[[Path, Path | None], Verdict],
        guards: Guards,
        door: Door,
        book: ModelBook,
        translator: Callable[[str], Translator],
        progress: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._verdict = verdict
        self._guards = guards
        self._door = door
        self._book = book
        self._translator = translator
        self._progress = progress
        self._clock = clock
        self._pace = Pace()
        self._cache = SuggestionCache()

    async def complete(
        self, request: CompletionRequest, on_text: OnText | None
    ) -> CompletionOutcome:
        """One suggestion, or the decision that says why there is none. Raises only cancellation."""
        watch = Stopwatch(self._clock)
        settings = self._settings(request.snapshot.folder)
        stopped = self.refuse_early(request, settings)
        if stopped is not None:
            return replace(stopped, timings=watch.done())
        known = self._from_cache(request, settings)
        if known is not None:
            return CompletionOutcome(
                known, Decision("cached", "typed through"), timings=watch.done()
            )
        await self._wait_for_a_pause(request, settings)
        settings = self._settings(request.snapshot.folder)  # it may have been tightened meanwhile
        prepared = await self.prepare(request, settings, watch)
        if isinstance(prepared, Refused):
            decision = Decision(prepared.code, prepared.message)
            return CompletionOutcome(None, decision, timings=watch.done())
        trip = _Trip(request, settings, prepared.ask, prepared.site, watch, on_text)
        return await self._along_the_routes(trip, prepared.routes)

    async def prepare(
        self, request: CompletionRequest, settings: Settings, watch: Stopwatch
    ) -> Prepared | Refused:
        """The Ask and the routes it may take; nothing is sent but text-free probes."""
        begun = watch.read()
        snapshot, cursor = request.snapshot, request.cursor
        ask = for_completion(
            snapshot,
            cursor,
            request.neighbours if settings.completion.neighbours else (),
            mode=settings.privacy.mode,
            tokens=settings.completion.context_tokens,
            may_read=self._may_read,
        )
        invoked = request.trigger is Trigger.INVOKED
        wish = settings.completion.multiline
        site = at(snapshot.text.reveal(), cursor, wish=wish, invoked=invoked)
        watch.context(begun)
        candidates = await self.candidates(settings, settings.completion.routes)
        routes = choose(Task.COMPLETION, settings.privacy.mode, candidates)
        if isinstance(routes, Refused):
            return routes
        return Prepared(ask, routes, site)

    async def clear(self, ask: Ask, route: Route, settings: Settings) -> Clearance | Withheld:
        """The gate's decision for one route."""
        await self._guards.ready(settings, route.destination)
        gate, redact_local = self._guards.gate(settings), settings.privacy.redact_local
        clearance = gate.clear(ask, route, redact_local=redact_local)
        if await self._guards.names_learnt(settings, route.destination):
            clearance = gate.clear(ask, route, redact_local=redact_local)
        return clearance

    async def rehearse(
        self, prepared: Prepared, settings: Settings, door: RecordingDoor
    ) -> tuple[Route, Clearance | Withheld]:
        """What `complete` would do first, through a door that records and never opens."""
        for route in prepared.routes:
            clearance = await self.clear(prepared.ask, route, settings)
            if isinstance(clearance, Clearance):
                break
        else:
            return route, clearance
        sampling = self.sampling(settings, prepared.site)
        wire = self._translator(route.provider.kind)
        async with aclosing(door.stream(clearance.cleared, wire, sampling)) as chunks:
            async for _ in chunks:
                pass
        return route, clearance

    def sampling(self, settings: Settings, site: Site) -> Sampling:
        """How much to generate."""
        return Sampling(max_tokens=settings.completion.max_tokens, multiline=site.multiline)

    async def candidates(self, settings: Settings, ids: Sequence[str]) -> list[Candidate]:
        """Each listed provider with what is known of its model; those that mode forbids unasked."""
        found = []
        for provider_id in ids:
            provider = settings.providers.get(provider_id)
            if provider is not None:
                found.append(await self._candidate(provider, settings))
        return found

    def forget(self, uri: str) -> None:
        """A document was closed."""
        self._pace.forget(uri)
        self._cache.forget(uri)

    async def _candidate(self, provider: ProviderConfig, settings: Settings) -> Candidate:
        address = declared(provider.base_url, provider.kind, settings.privacy.private_hosts)
        model = model_of(provider)
        candidate = Candidate(provider, model, address)
        mode = settings.privacy.mode
        if permitted(Task.COMPLETION, mode, candidate) or permitted(Task.PROBE, mode, candidate):
            return candidate
        try:
            facts = await self._book.facts(provider, model)
        except CodegrexError as error:
            return replace(candidate, trouble=error.message)
        return replace(candidate, facts=facts)

    def refuse_early(
        self, request: CompletionRequest, settings: Settings
    ) -> CompletionOutcome | None:
        """The outcome where nothing may or should be asked, before any text is touched."""
        snapshot = request.snapshot
        wishes = settings.completion
        if not wishes.enabled or not wishes.languages.get(snapshot.language, True):
            return _none("disabled", "completion is switched off here")
        if not snapshot.governed:
            return _none("ungoverned", "this document has no file whose rules could say yes")
        if snapshot.path is not None:
            verdict = self._verdict(snapshot.path, snapshot.folder)
            if verdict.ignored:
                withheld = WithheldPiece(snapshot.path.name, verdict.code, verdict.rule)
                message = f"this file is never read: {verdict.rule}"
                return CompletionOutcome(
                    None, Decision(verdict.code, message), withheld=(withheld,)
                )
        if request.trigger is Trigger.AUTOMATIC and _crowded(request):
            return _none("mid-line", "there is much text right of the cursor")
        return None

    def _from_cache(self, request: CompletionRequest, settings: Settings) -> Suggestion | None:
        snapshot, cursor = request.snapshot, request.cursor
        privacy = settings.privacy
        text = self._cache.find(snapshot.uri, snapshot.text.reveal(), cursor, privacy)
        return Suggestion(Sealed(text), cursor, cursor) if text else None

    async def _wait_for_a_pause(self, request: CompletionRequest, settings: Settings) -> None:
        if request.trigger is not Trigger.AUTOMATIC:
            return
        cursor = request.cursor
        before = request.snapshot.text.reveal()[max(cursor - 1, 0) : cursor]
        fixed = settings.completion.debounce_ms
        delay = self._pace.delay(request.snapshot.uri, self._clock(), before, fixed_ms=fixed)
        await asyncio.sleep(delay / 1000)

    def _may_read(self, origin: Origin) -> bool:
        if not origin.governed:
            return False
        return origin.path is None or not self._verdict(origin.path, origin.folder).ignored

    async def _along_the_routes(self, trip: _Trip, routes: Sequence[Route]) -> CompletionOutcome:
        """Try each route in the person's order until one answers."""
        outcome = _none("no-provider", "no model could be used")
        for route in routes:
            outcome, settled = await self._along(trip, route)
            if settled:
                break
        return replace(outcome, timings=trip.watch.done())

    async def _along(self, trip: _Trip, route: Route) -> tuple[CompletionOutcome, bool]:
        """How it went along one route, and whether that settles it."""
        begun = trip.watch.read()
        clearance = await self.clear(trip.ask, route, trip.settings)
        trip.watch.gate(begun)
        if isinstance(clearance, Withheld):
            return _withheld(clearance, route), False
        cleared = clearance.cleared
        facts = CompletionOutcome(
            None, Decision("", ""), route, cleared.redactions, cleared.withheld
        )
        try:
            answer = await self._read(trip, route, clearance)
        except CodegrexError as error:
            self._book.failed(route.provider, route.model)
            # Where something was shown, a second beginning would only confuse.
            shown = trip.on_text is not None and trip.watch.timings.first_token_ms is not None
            return replace(facts, decision=Decision(error.code, error.message)), shown
        if answer.remote_host:
            self._book.served_remotely(route.provider, route.model, answer.remote_host)
            sentence = "the server passed this model on to another machine; the answer was dropped"
            return replace(facts, decision=Decision("served-remotely", sentence)), False
        return self._finish(trip, answer, facts), True

    async def _read(self, trip: _Trip, route: Route, clearance: Clearance) -> Answer:
        with Patience(self._progress) as patience:

            def first_token() -> None:
                trip.watch.first_token()
                patience.over()

            return await read_answer(
                clearance,
                self._translator(route.provider.kind),
                self._door,
                sampling=self.sampling(trip.settings, trip.site),
                site=trip.site,
                first_token=first_token,
                on_text=trip.on_text,
            )

    def _finish(self, trip: _Trip, answer: Answer, facts: CompletionOutcome) -> CompletionOutcome:
        if answer.stopped:
            return replace(facts, decision=Decision(answer.stopped, _STOPPED[answer.stopped]))
        text = tidy(answer.text, trip.site)
        if not text:
            return replace(facts, decision=Decision("empty", "the model had nothing to add"))
        snapshot, cursor = trip.request.snapshot, trip.request.cursor
        self._cache.keep(snapshot.uri, snapshot.text.reveal(), cursor, text, trip.settings.privacy)
        suggestion = Suggestion(Sealed(text), cursor, cursor)
        return replace(facts, suggestion=suggestion, decision=Decision("shown", "suggestion shown"))


@dataclass(frozen=True, slots=True)
class _Trip:
    """What stays the same whichever route is tried."""

    request: CompletionRequest
    settings: Settings
    ask: Ask
    site: Site
    watch: Stopwatch
    on_text: OnText | None


_STOPPED: Final = {
    "unknown-placeholder": "the model invented a placeholder; its suggestion was dropped",
    "foreign-value": "the suggestion would have copied another file's secret here",
    "unsafe-restore": "a masked value would have been copied to where it means something else",
    "too-long": "the model did not stop where it was told to; its suggestion was dropped",
    "cut-placeholder": "the suggestion ended inside a placeholder and was dropped",
}


def _none(code: str, message: str) -> CompletionOutcome:
    return CompletionOutcome(None, Decision(code, message))


def _withheld(withheld: Withheld, route: Route) -> CompletionOutcome:
    decision = Decision(withheld.code, withheld.message)
    return CompletionOutcome(None, decision, route, withheld=withheld.pieces)


def _crowded(request: CompletionRequest) -> bool:
    text, cursor = request.snapshot.text.reveal(), request.cursor
    end = text.find("\n", cursor)
    right = text[cursor : end if end >= 0 else cursor + 1_000]
    return sum(character.isalnum() or character == "_" for character in right) > MOST_WORDS_RIGHT
