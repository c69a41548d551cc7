"""One completion, from a snapshot to a suggestion. The walk is in docs/architecture.md.

`complete` and `preview` share every step up to the door; preview's door records and never opens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from codegrex_lsp.context.ask import for_completion
from codegrex_lsp.egress.door import Door, RecordingDoor
from codegrex_lsp.engine.cache import SuggestionCache
from codegrex_lsp.engine.courtesy import Rank
from codegrex_lsp.engine.journey import Journey, Leg, Stop, Trip
from codegrex_lsp.engine.pace import Pace
from codegrex_lsp.engine.patience import Patience
from codegrex_lsp.engine.rehearsal import rehearse
from codegrex_lsp.engine.requests import CompletionOutcome, CompletionRequest, Timings, Trigger
from codegrex_lsp.engine.stream import Answer, read_answer
from codegrex_lsp.engine.tidy.chain import tidy
from codegrex_lsp.engine.tidy.site import Site, at
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.providers.wire import Sampling, Translator
from codegrex_lsp.settings.model import Settings
from codegrex_lsp.values.ask import Ask, Origin
from codegrex_lsp.values.reply import Decision, Suggestion, WithheldPiece
from codegrex_lsp.values.sealed import Sealed

MOST_WORDS_RIGHT: Final = 8
"""Word characters right of the cursor beyond which typing does not ask by itself (llama.vim)."""

OnText = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An Ask, and the site that its answer is for."""

    ask: Ask
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

    def gate(self, duration: float | None) -> None:
        """The gate has decided about the route that counts."""
        self.timings = replace(self.timings, gate_ms=duration)

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
        journey: The way along the routes.
        door: The one door.
        translator: Kind → its translator.
        progress: Told a fixed sentence when a model is slow to begin, and nothing when it has.
        clock: Monotonic, in ms.
    """

    def __init__(
        self,
        *,
        settings: Callable[[Path | None], Settings],
        verdict: Callable[[Path, Path | None], Verdict],
        journey: Journey,
        door: Door,
        translator: Callable[[str], Translator],
        progress: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._verdict = verdict
        self._journey = journey
        self._door = door
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
        prepared = self.prepare(request, settings, watch)
        return await self._ask(_Wish(request, settings, prepared, watch, on_text))

    def prepare(self, request: CompletionRequest, settings: Settings, watch: Stopwatch) -> Prepared:
        """The Ask. Nothing is sent and nobody is asked."""
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
        return Prepared(ask, site)

    async def rehearse(
        self,
        request: CompletionRequest,
        prepared: Prepared,
        settings: Settings,
        door: RecordingDoor,
    ) -> Leg | Stop:
        """What `complete` would do first, through a door that records and never opens."""
        trip, sampling = _trip(request, prepared), self.sampling(settings, prepared.site)
        return await rehearse(self._journey, trip, door, self._translator, sampling)

    def sampling(self, settings: Settings, site: Site) -> Sampling:
        """How much to generate."""
        return Sampling(max_tokens=settings.completion.max_tokens, multiline=site.multiline)

    def forget(self, uri: str) -> None:
        """A document was closed."""
        self._pace.forget(uri)
        self._cache.forget(uri)

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

    async def _ask(self, wish: _Wish) -> CompletionOutcome:
        """Along the routes until one answers."""

        async def read(leg: Leg) -> Answer:
            return await self._read(wish, leg)

        arrival = await self._journey.along(_trip(wish.request, wish.prepared), read)
        wish.watch.gate(arrival.gate_ms)
        outcome = CompletionOutcome(
            None,
            arrival.decision or Decision("", ""),
            arrival.route,
            arrival.cleared.redactions if arrival.cleared else (),
            arrival.cleared.withheld if arrival.cleared else arrival.withheld,
            detours=arrival.detours,
        )
        if arrival.reply is not None:
            outcome = self._finish(wish, arrival.reply, outcome)
        return replace(outcome, timings=wish.watch.done())

    async def _read(self, wish: _Wish, leg: Leg) -> Answer:
        watch, on_text = wish.watch, wish.on_text

        def show(text: str) -> None:
            leg.shown = True
            assert on_text is not None
            on_text(text)

        with Patience(self._progress) as patience:

            def first_token() -> None:
                leg.begun = True
                watch.first_token()
                patience.over()

            return await read_answer(
                leg.clearance,
                self._translator(leg.route.provider.kind),
                self._door,
                sampling=self.sampling(wish.settings, wish.prepared.site),
                site=wish.prepared.site,
                first_token=first_token,
                on_text=show if on_text is not None else None,
            )

    def _finish(self, wish: _Wish, answer: Answer, facts: CompletionOutcome) -> CompletionOutcome:
        if answer.stopped:
            return replace(facts, decision=Decision(answer.stopped, _STOPPED[answer.stopped]))
        text = tidy(answer.text, wish.prepared.site)
        if not text:
            return replace(facts, decision=Decision("empty", "the model had nothing to add"))
        snapshot, cursor = wish.request.snapshot, wish.request.cursor
        self._cache.keep(snapshot.uri, snapshot.text.reveal(), cursor, text, wish.settings.privacy)
        suggestion = Suggestion(Sealed(text), cursor, cursor)
        return replace(facts, suggestion=suggestion, decision=Decision("shown", "suggestion shown"))


@dataclass(frozen=True, slots=True)
class _Wish:
    """One request that is asked of a model."""

    request: CompletionRequest
    settings: Settings
    prepared: Prepared
    watch: Stopwatch
    on_text: OnText | None


_STOPPED: Final = {
    "unknown-placeholder": "the model invented a placeholder; its suggestion was dropped",
    "foreign-value": "the suggestion would have copied another file's secret here",
    "unsafe-restore": "a masked value would have been copied to where it means something else",
    "too-long": "the model did not stop where it was told to; its suggestion was dropped",
    "hidden-characters": "the suggestion held characters that nobody sees, and was dropped",
    "cut-placeholder": "the suggestion ended inside a placeholder and was dropped",
}


def _none(code: str, message: str) -> CompletionOutcome:
    return CompletionOutcome(None, Decision(code, message))


def _trip(request: CompletionRequest, prepared: Prepared) -> Trip:
    rank = Rank.MANUAL if request.trigger is Trigger.INVOKED else Rank.AUTOMATIC
    return Trip(prepared.ask, request.snapshot.folder, rank)


def _crowded(request: CompletionRequest) -> bool:
    text, cursor = request.snapshot.text.reveal(), request.cursor
    end = text.find("\n", cursor)
    right = text[cursor : end if end >= 0 else cursor + 1_000]
    return sum(character.isalnum() or character == "_" for character in right) > MOST_WORDS_RIGHT
