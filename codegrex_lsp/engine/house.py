"""The whole house, built once, in order, by explicit arguments.

Both the language server and the command line stand on it, so that neither can take a path to a
model that the other does not. (It stands in `engine` and not in `lsp`, where it would make the
command line import pygls.)
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from codegrex_lsp.egress import address
from codegrex_lsp.egress.door import Door, Endpoint, RecordingDoor
from codegrex_lsp.egress.ledger import Ledger
from codegrex_lsp.egress.modelserver import ModelServer
from codegrex_lsp.engine import status
from codegrex_lsp.engine.account import Account
from codegrex_lsp.engine.chat import ANSWERED, Chatter
from codegrex_lsp.engine.completion import Completer, Stopwatch
from codegrex_lsp.engine.courtesy import Courtesy, Overtaken
from codegrex_lsp.engine.findings import Finding, Findings
from codegrex_lsp.engine.governance import Governance, Wishes
from codegrex_lsp.engine.guards import Guards
from codegrex_lsp.engine.health import Health
from codegrex_lsp.engine.journey import Journey
from codegrex_lsp.engine.models import ModelBook
from codegrex_lsp.engine.names_server import NamesServer
from codegrex_lsp.engine.preload import Preloader
from codegrex_lsp.engine.rehearsal import preview_of
from codegrex_lsp.engine.requests import (
    ChatOutcome,
    ChatRequest,
    CompletionOutcome,
    CompletionRequest,
    Preview,
    Status,
)
from codegrex_lsp.engine.survey import ProviderCheck, Survey, destination
from codegrex_lsp.engine.telemetry import Telemetry
from codegrex_lsp.engine.tokens import Tokens
from codegrex_lsp.engine.turns import Turns
from codegrex_lsp.errors import CodegrexError
from codegrex_lsp.portable import Folders
from codegrex_lsp.privacy.detect.allowed import Scanner
from codegrex_lsp.privacy.detect.detector import Level
from codegrex_lsp.providers import translator
from codegrex_lsp.settings.keys import Keys
from codegrex_lsp.settings.keys import State as KeyState
from codegrex_lsp.settings.keysources import Origin
from codegrex_lsp.settings.model import Settings
from codegrex_lsp.state import secret
from codegrex_lsp.state.credentials import Credentials
from codegrex_lsp.state.telemetry import TelemetryQueue
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Destination, Mode, Task
from codegrex_lsp.values.reply import Decision
from codegrex_lsp.values.route import ProviderConfig, Route
from codegrex_lsp.values.sealed import EMPTY
from codegrex_lsp.values.telemetry import Counted


def _milliseconds() -> float:
    return time.monotonic() * 1000


def _home(environ: Mapping[str, str]) -> Path:
    """The person's home folder, after the environment that we were given."""
    named = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(named) if named else Path.home()


def _origin(base_url: str) -> Origin:
    target = address.parse(base_url)
    return Origin(target.origin, target.loopback)


class House(Governance):
    """Everything, wired. `lsp.session` and the command line hold one each.

    Args:
        folders: Where things are kept.
        wishes: What the outside asks for.
        progress: Told fixed sentences such as `loading model`; empty when done.
        clock: Monotonic, in ms.
    """

    def __init__(
        self,
        folders: Folders,
        wishes: Wishes,
        *,
        progress: Callable[[str], None] = lambda sentence: None,
        clock: Callable[[], float] = _milliseconds,
    ) -> None:
        super().__init__(folders, wishes)
        self._clock = clock
        self._secret = secret.load(folders.state)
        self._last: dict[Path | None, CompletionOutcome] = {}
        self._models = ModelServer(folders, progress)
        self.keys = Keys(folders, lambda: self._settings(None), wishes.environ, _origin)
        self._credentials = Credentials(_home(wishes.environ), wishes.environ, own=self.keys.own)
        self.ledger = Ledger(
            folders.state / "ledger",
            self._secret.derive("ledger"),
            time.time,
            keyless=self._secret.trouble,
        )
        self._door = Door(
            ledger=self.ledger,
            endpoints=self._endpoint,
            mode=self._mode_of,
            private_hosts=self._private_hosts,
            network=lambda: self._settings(None).network,
            key_refused=self.keys.refused,
            limits=self._limits,
        )
        allow_key = self._secret.derive("allow")
        self._names = NamesServer()
        self._guards = Guards(
            self.explain_ignore,
            self._placeholder_key,
            self._settings,
            allow_key,
            lambda: self._credentials.current(self._env_folders),
            self._names,
        )
        self._findings = Findings(self._guards, self.resolved, allow_key, folders)
        self._health = Health(clock, keys=self.keys.mark)
        self._tokens = Tokens(self.keys, self._door, folders.state, time.time)
        self.account = Account(
            settings=self._settings_everywhere,
            keys=self.keys,
            tokens=self._tokens,
            door=self._door,
            policy=self.policy,
            keep_policy=self.keep_policy,
            state=folders.state,
        )
        self._book = ModelBook(self._door, translator, clock, self._probed, self.keys.require)
        self._journey = Journey(
            settings=self._settings,
            guards=self._guards,
            book=self._book,
            health=self._health,
            courtesy=Courtesy(),
            renewed=self._tokens.renewed,
            progress=progress,
            clock=clock,
        )
        self._completer = Completer(
            settings=self._settings,
            verdict=self.explain_ignore,
            journey=self._journey,
            door=self._door,
            translator=translator,
            progress=progress,
            clock=clock,
        )
        self._preloader = Preloader(
            settings=self._settings,
            journey=self._journey,
            door=self._door,
            translator=translator,
            progress=progress,
        )
        self._chatter = Chatter(
            settings=self._settings,
            verdict=self.explain_ignore,
            journey=self._journey,
            door=self._door,
            translator=translator,
            progress=progress,
            forget=self._guards.forget,
            clock=clock,
        )
        self.telemetry = Telemetry(
            self._settings_everywhere, TelemetryQueue(folders.state), self._door, translator
        )
        self._survey = Survey(self._settings, self._door, self._book, translator)
        self._turns: Turns[CompletionOutcome] = Turns()
        self._talks: Turns[ChatOutcome] = Turns()

    # -- settings ---------------------------------------------------------------------------

    def wish(self, wishes: Wishes) -> None:
        """New settings from the editor; the next request obeys them, running ones are checked."""
        self._reader.update(
            environ=wishes.environ,
            flags=wishes.flags,
            editor=wishes.editor,
            editor_workspace_trusted=wishes.trusted,
        )
        self.keys.forget()
        self._door.mode_changed()
        if not self._settings(None).telemetry.enabled:
            self.telemetry.look()

    def _tightened(self) -> None:
        self._door.mode_changed()

    def look_again(self) -> None:
        """End what a mode or a policy tightened by others no longer allows."""
        self._door.mode_changed()
        self._preloader.look()

    # -- privacy ----------------------------------------------------------------------------

    def kept_out(self, path: Path, folder: Path | None) -> str:
        """Reason code why `path` is never read, by ignore rules or path policies; or empty."""
        verdict = self.explain_ignore(path, folder)
        if verdict.ignored:
            return verdict.code or "ignored"
        return "path-never" if self._guards.path_level(path, folder) == "never" else ""

    def bulk_scanner(self, folder: Path | None, *, warm: Level | None = None) -> Scanner:
        """What the gate finds sensitive below `folder`, for many files in a row.

        Args:
            folder: Whose settings count, as they are now.
            warm: As for `Guards.bulk_scanner`.

        Raises:
            DetectorFailed: A detector can not be loaded.
        """
        return self._guards.bulk_scanner(self._settings(folder), warm=warm)

    async def findings(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """What is masked in an open document; nothing where it may not be read."""
        return await self._findings.of(snapshot)

    async def allow(self, snapshot: Snapshot, finding: Finding) -> None:
        """Keep a found value as one that is not secret, in the person's own settings file.

        Raises:
            RefusedError, ConfigurationError, DetectorFailed: As `Findings.allow`.
        """
        await self._findings.allow(snapshot, finding)

    def _placeholder_key(self, folder: Path | None) -> bytes:
        return self._secret.derive("placeholders", str(folder or ""))

    def opened(self, snapshot: Snapshot) -> None:
        """A document was opened: the model that its suggestions will ask may as well be loaded."""
        if snapshot.governed:
            self._preloader.opened(snapshot.folder)

    def forget(self, uri: str) -> None:
        """A document was closed: drop its text, its masked values and its cached suggestions."""
        self._turns.end(uri)
        self._completer.forget(uri)
        self._findings.forget(uri)
        self._guards.forget(uri)

    # -- completion -------------------------------------------------------------------------

    async def complete(
        self, request: CompletionRequest, *, on_text: Callable[[str], None] | None = None
    ) -> CompletionOutcome:
        """One completion.

        A newer request for the same document supersedes this one, which then returns with
        decision `superseded`. Cancelling the task closes the upstream socket. Failures come back
        as decisions and not as exceptions.

        Args:
            request: What is wished for.
            on_text: Told restored text as it streams.
        """
        uri = request.snapshot.uri
        outcome = await self._turns.take(uri, self._completer.complete(request, on_text))
        if outcome is None:
            decision = Decision("superseded", "a newer request took its place")
            return CompletionOutcome(None, decision)
        if outcome.decision.code != Overtaken.default_code:
            self._last[request.snapshot.folder] = outcome
        self.telemetry.completion(outcome)
        return outcome

    async def preview(self, request: CompletionRequest, task: Task = Task.COMPLETION) -> Preview:
        """What `complete` would send, by the same calls, with a door that records."""
        settings = self._settings(request.snapshot.folder)
        mode = settings.privacy.mode
        watch = Stopwatch(self._clock)
        early = self._completer.refuse_early(request, settings)
        if early is not None:
            return Preview(mode, task, None, None, "", early.decision, early.withheld, ())
        prepared = self._completer.prepare(request, settings, watch)
        door = self._recording_door()
        leg = await self._completer.rehearse(request, prepared, settings, door)
        base_url = await self._base_url(leg.route)
        return preview_of(leg, door, mode=mode, task=task, base_url=base_url)

    # -- chat -------------------------------------------------------------------------------

    async def chat(
        self, request: ChatRequest, *, on_text: Callable[[str], None] | None = None
    ) -> ChatOutcome:
        """One turn of a conversation.

        A newer question in the same conversation supersedes this one. Cancelling the task closes
        the upstream socket; what was seen by then stays in the conversation. Failures come back
        as decisions and not as exceptions.

        Args:
            request: The question.
            on_text: Told restored text as it streams.
        """
        conversation = self._chatter.conversation(request)
        if isinstance(conversation, ChatOutcome):
            return conversation
        turn = self._chatter.turn(conversation, request, on_text)
        outcome = await self._talks.take(conversation.id, turn)
        if outcome is None:
            decision = Decision("superseded", "a newer question took its place")
            return ChatOutcome(conversation.id, EMPTY, decision)
        answered = outcome.decision.code in (ANSWERED, "empty")
        self.telemetry.count(Counted.CHAT_ANSWERED if answered else Counted.CHAT_FAILED)
        return outcome

    async def preview_chat(self, request: ChatRequest) -> Preview:
        """What `chat` would send, by the same calls, with a door that records."""
        conversation = self._chatter.conversation(request)
        if isinstance(conversation, ChatOutcome):
            mode = self._settings(request.folder).privacy.mode
            return Preview(mode, Task.CHAT, None, None, "", conversation.decision, (), ())
        mode, door = self._settings(conversation.folder).privacy.mode, self._recording_door()
        leg, withheld = await self._chatter.rehearse(conversation, request, door)
        base_url = await self._base_url(leg.route)
        return preview_of(
            leg, door, mode=mode, task=Task.CHAT, base_url=base_url, withheld=withheld
        )

    # -- what is so -------------------------------------------------------------------------

    def status(self, folder: Path | None, snapshot: Snapshot | None = None) -> Status:
        """What the editor's status item shows."""
        last = self._last.get(folder)
        busy = self._turns.busy or self._talks.busy or self._models.loading
        resolved = self.resolved(folder)
        health = status.of_routes(resolved.settings, self._health)
        now = status.of_folder(resolved, last, health, busy=busy, unrecorded=self._door.unrecorded)
        if now.route is not None:
            provider = now.route.provider
            now = replace(now, base_url=provider.base_url or self._models.base_url)
        if snapshot is None:
            return now
        verdict = None if snapshot.path is None else self.explain_ignore(snapshot.path, folder)
        return status.of_document(now, snapshot, verdict, last)

    async def check_providers(self, folder: Path | None) -> tuple[ProviderCheck, ...]:
        """Ask each provider in the routes, as far as mode allows, without any text."""
        return await self._survey.checks(folder)

    async def models(self, folder: Path | None) -> tuple[tuple[str, tuple[str, ...], str], ...]:
        """(provider, models, trouble) for each provider in the routes that mode lets us ask."""
        return await self._survey.models(folder)

    async def key_states(self) -> tuple[KeyState, ...]:
        """Where each provider's key is and where it would be sent; never a key."""
        providers = self._settings(None).providers.values()
        asked = [self.keys.state(one) for one in providers if one.kind != "embedded"]
        found = await asyncio.gather(*asked, return_exceptions=True)
        # The others have an address that can not be read, which `doctor` says elsewhere.
        return tuple(state for state in found if isinstance(state, KeyState))

    async def warm_up(self) -> None:
        """Import and build what the first request needs, off the event loop."""
        settings = self._settings(None)
        cloud = [
            provider
            for provider in map(settings.providers.get, settings.completion.routes)
            if settings.privacy.mode is Mode.NORMAL
            and provider is not None
            and destination(provider, settings) is Destination.CLOUD
        ]
        where = Destination.CLOUD if cloud else Destination.LOCAL
        if cloud and settings.privacy.names:
            self._names.warm_up()
        await self._guards.ready(settings, where)
        await self._door.warm_up()
        await self._find_keys(settings, cloud)

    async def close(self) -> None:
        """End the child processes and close every connection."""
        self._turns.end_all()
        self._talks.end_all()
        await asyncio.to_thread(self.telemetry.keep)
        await self._preloader.close()
        await self._names.close()
        await self._tokens.close()
        await self.keys.close()
        await self._book.close()
        await self._door.close()
        await self._models.close()

    # -- inside -----------------------------------------------------------------------------

    async def _find_keys(self, settings: Settings, used: Collection[ProviderConfig]) -> None:
        """Find the keys of the providers in use, and those in the keychain, to mask them."""
        kept = {user for user, _ in self.keys.keychain.entries()} if used else set()
        for provider in settings.providers.values():
            if provider in used or provider.id in kept:
                with contextlib.suppress(CodegrexError):
                    await self.keys.require(provider)
        if used:
            await self._guards.ready(settings, Destination.CLOUD)

    def _probed(self, provider: ProviderConfig, model: str, error: CodegrexError | None) -> None:
        where = destination(provider, self._settings(None))
        self._health.probed(provider, model, where, error)

    async def _endpoint(self, provider: ProviderConfig) -> Endpoint:
        if provider.kind != "embedded":
            await self._tokens.ready(provider)
            return Endpoint(provider.base_url, await self.keys.header(provider))
        child = await self._models.ensure(provider)
        return Endpoint(child.base_url, ("authorization", f"Bearer {child.key}"))

    async def _base_url(self, route: Route | None) -> str:
        if route is None or route.provider.base_url:
            return route.provider.base_url if route else ""
        return (await self._models.ensure(route.provider)).base_url

    def _recording_door(self) -> RecordingDoor:
        return RecordingDoor(
            mode=self._mode_of, private_hosts=self._private_hosts, limits=self._limits
        )


__all__ = ["House", "ProviderCheck", "Wishes"]
