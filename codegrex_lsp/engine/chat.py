"""One turn of a conversation, from a question to its answer.

The whole conversation is built, looked at and masked anew for each question: what has become
ignored since is left out, and what was restored in an answer is masked again. A value goes back
only into the conversation that holds it; a placeholder that nobody knows is shown as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from codegrex_lsp.context.ask import origin_of
from codegrex_lsp.context.chat import for_chat, uri_of
from codegrex_lsp.egress.door import Door, RecordingDoor
from codegrex_lsp.engine.completion import Stopwatch
from codegrex_lsp.engine.conversations import Conversation, Conversations
from codegrex_lsp.engine.courtesy import Rank
from codegrex_lsp.engine.journey import Arrival, Journey, Leg, Stop, Trip
from codegrex_lsp.engine.patience import Patience
from codegrex_lsp.engine.rehearsal import rehearse
from codegrex_lsp.engine.requests import ChatOutcome, ChatRequest
from codegrex_lsp.engine.stream import Stream
from codegrex_lsp.engine.tidy.think import Think
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.providers.wire import Sampling, Translator
from codegrex_lsp.settings.model import Settings
from codegrex_lsp.values.ask import Origin, PieceKind
from codegrex_lsp.values.conversation import Attachment, Turn
from codegrex_lsp.values.reply import Decision, WithheldPiece
from codegrex_lsp.values.sealed import EMPTY, Sealed

SAMPLING: Final = Sampling(max_tokens=2048, temperature=0.2)

LONGEST: Final = 200_000
"""Characters of an answer, where a server goes on although it was told how many tokens to make."""

OnText = Callable[[str], None]

ANSWERED: Final = "answered"
TERMINAL_OFF: Final = "terminal-off"

_UNKNOWN: Final = Decision(
    "conversation-unknown", "this conversation is not kept any more; begin a new one"
)


@dataclass(slots=True)
class _Telling:
    """An answer as far as it has come.

    Attributes:
        watch: When what happened.
        on_text: Shows the next characters to the person, or None where nobody looks on.
        seen: What was shown.
        cut: Whether the model was stopped at its longest answer.
    """

    watch: Stopwatch
    on_text: OnText | None
    seen: str = ""
    cut: bool = False

    def show(self, text: str) -> None:
        """Show some more."""
        assert self.on_text is not None
        self.seen += text
        self.on_text(text)


class Chatter:
    """Holds conversations.

    Args:
        settings: Settings in force for a folder, now.
        verdict: Whether a path may be read, for a folder.
        journey: The way along the routes.
        door: The one door.
        translator: Kind → its translator.
        progress: Told a fixed sentence when a model is slow to begin, and nothing when it has.
        forget: Told the uri of a conversation that is gone, so that its values go.
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
        forget: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._verdict = verdict
        self._journey = journey
        self._door = door
        self._translator = translator
        self._progress = progress
        self._forget = forget
        self._clock = clock
        self._conversations = Conversations()

    def conversation(self, request: ChatRequest) -> Conversation | ChatOutcome:
        """The conversation of a request, or the outcome where it is not known any more."""
        found = self._conversations.find(request.conversation)
        folder = found.folder if found is not None else request.folder
        if self._settings(folder).chat.history == "off":
            if found is not None:
                self._conversations.drop(found.id)
                self._forget(uri_of(found.id))
            return self._conversations.begin(folder)
        if found is not None:
            return found
        if request.conversation:
            return ChatOutcome(request.conversation, EMPTY, _UNKNOWN)
        return self._conversations.begin(folder)

    async def turn(
        self, conversation: Conversation, request: ChatRequest, on_text: OnText | None
    ) -> ChatOutcome:
        """One question, answered or not. Raises only cancellation.

        What is too long for every model that may be asked goes again without its older half.
        """
        telling = _Telling(Stopwatch(self._clock), on_text)
        self._keep(conversation)
        request, kept = self._sorted(conversation, request)
        older, said = conversation.turns, ""
        try:
            arrival = await self._ask(conversation, older, request, telling)
            while _too_long(arrival) and older and not telling.seen:
                older = older[(len(older) + 1) // 2 :]
                arrival = await self._ask(conversation, older, request, telling)
            said = arrival.reply or ""
            if arrival.decision is None:
                conversation.drop(len(conversation.turns) - len(older))
        finally:
            # What was seen before it was stopped or failed is a part of the conversation too.
            if said or telling.seen:
                answer = Sealed(said or telling.seen)
                conversation.add(Turn(request.message, answer, kept, _quotable(older, kept)))
            self._forget_unless_kept(conversation)
        return self._outcome(conversation, request, arrival, telling)

    async def rehearse(
        self, conversation: Conversation, request: ChatRequest, door: RecordingDoor
    ) -> tuple[Leg | Stop, tuple[WithheldPiece, ...]]:
        """What `turn` would do first, through a door that records and never opens.

        Also what it would leave out before the gate is asked.
        """
        request, _ = self._sorted(conversation, request)
        trip = self._trip(conversation, conversation.turns, request)
        try:
            leg = await rehearse(self._journey, trip, door, self._translator, SAMPLING)
        finally:
            self._forget_unless_kept(conversation)
        return leg, request.withheld

    # -- inside -----------------------------------------------------------------------------

    def _sorted(
        self, conversation: Conversation, request: ChatRequest
    ) -> tuple[ChatRequest, tuple[Attachment, ...]]:
        """The request without what may not come along, and the attachments that are kept."""
        fit, kept, withheld = [], [], list(request.withheld)
        for one in request.attachments:
            origin = origin_of(one.snapshot, PieceKind.DOCUMENT)
            if not self._same_rules(origin.folder, conversation.folder):
                withheld.append(WithheldPiece(origin.label, "other-folder"))
                continue
            fit.append(one)  # the gate names it where it may not be read
            if self._may_read(origin):
                kept.append(one)
        if request.terminal:
            withheld.append(WithheldPiece("terminal", TERMINAL_OFF))
        sorted_ = replace(request, attachments=tuple(fit), withheld=tuple(withheld))
        return sorted_, tuple(kept)

    def _same_rules(self, folder: Path | None, home: Path | None) -> bool:
        """Whether text of a workspace folder may travel under the settings of another one."""
        if folder is None or folder == home:
            return True
        theirs, ours = self._settings(folder), self._settings(home)
        return (theirs.privacy, theirs.chat) == (ours.privacy, ours.chat)

    def _may_read(self, origin: Origin) -> bool:
        if not origin.governed:
            return False
        return origin.path is None or not self._verdict(origin.path, origin.folder).ignored

    def _trip(
        self, conversation: Conversation, older: Sequence[Turn], request: ChatRequest
    ) -> Trip:
        home = conversation.folder

        def may_read(origin: Origin) -> bool:
            return self._same_rules(origin.folder, home) and self._may_read(origin)

        ask = for_chat(
            conversation.id,
            home,
            older,
            request.message,
            request.attachments,
            mode=self._settings(home).privacy.mode,
            may_read=may_read,
        )
        return Trip(ask, home, Rank.CHAT)

    async def _ask(
        self,
        conversation: Conversation,
        older: Sequence[Turn],
        request: ChatRequest,
        telling: _Telling,
    ) -> Arrival[str]:
        begun = telling.watch.read()
        trip = self._trip(conversation, older, request)
        telling.watch.context(begun)

        async def read(leg: Leg) -> str:
            return await self._read(leg, telling)

        return await self._journey.along(trip, read)

    async def _read(self, leg: Leg, telling: _Telling) -> str:
        """The whole answer along one route."""
        with Patience(self._progress) as patience:

            def first_token() -> None:
                leg.begun = True
                telling.watch.first_token()
                patience.over()

            wire = self._translator(leg.route.provider.kind)
            stream = Stream(leg.clearance, wire, self._door, SAMPLING, (Think(),), first_token)
            parts, size = [], 0
            async with aclosing(stream.text()) as pieces:
                async for piece in pieces:
                    if piece and telling.on_text is not None:
                        leg.shown = True
                        telling.show(piece)
                    parts.append(piece)
                    size += len(piece)
                    if size > LONGEST:
                        stream.reason = "length"
                        break
        telling.cut = stream.reason == "length"
        return "".join(parts)

    def _keep(self, conversation: Conversation) -> None:
        if self._settings(conversation.folder).chat.history == "off":
            return
        for identity in self._conversations.keep(conversation):
            self._forget(uri_of(identity))

    def _forget_unless_kept(self, conversation: Conversation) -> None:
        """What was masked in a conversation that nobody can go on with is not needed again."""
        if self._conversations.find(conversation.id) is None:
            self._forget(uri_of(conversation.id))

    def _outcome(
        self,
        conversation: Conversation,
        request: ChatRequest,
        arrival: Arrival[str],
        telling: _Telling,
    ) -> ChatOutcome:
        cleared = arrival.cleared
        telling.watch.gate(arrival.gate_ms)
        return ChatOutcome(
            conversation.id,
            Sealed(arrival.reply or telling.seen),
            arrival.decision or _told(arrival.reply or "", conversation, request, telling),
            arrival.route,
            cleared.redactions if cleared else (),
            (*request.withheld, *(cleared.withheld if cleared else arrival.withheld)),
            telling.watch.done(),
            arrival.detours,
            conversation.dropped,
        )


def _told(
    answer: str, conversation: Conversation, request: ChatRequest, telling: _Telling
) -> Decision:
    """How an answer came about, with all that the person may miss in it."""
    if not answer.strip():
        return Decision("empty", "the model had nothing to say")
    notes = ["answered"]
    if telling.cut:
        notes.append("the answer is cut at its longest length")
    if conversation.dropped:
        notes.append(f"{conversation.dropped} older turns were left out, as there is no room")
    if request.terminal:
        notes.append("the terminal was left out, as its capture is off")
    return Decision(ANSWERED, "; ".join(notes))


def _quotable(older: Sequence[Turn], attached: Sequence[Attachment]) -> tuple[Origin, ...]:
    """Every document that an answer may quote: earlier answers may quote theirs."""
    origins = [origin_of(one.snapshot, PieceKind.DOCUMENT) for one in attached]
    return tuple(dict.fromkeys([*(older[-1].draws_on if older else ()), *origins]))


def _too_long(arrival: Arrival[str]) -> bool:
    return arrival.decision is not None and arrival.decision.code == "prompt-too-long"
