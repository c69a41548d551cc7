"""What is masked in an open document, told while the person works on it.

The gate itself is asked, so what is shown is what is masked. A finding says where a value stands
and what it is; the value is not in it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from codegrex_lsp.context.ask import origin_of
from codegrex_lsp.engine.guards import Guards
from codegrex_lsp.errors import DetectorFailed, RefusedError
from codegrex_lsp.portable import Folders
from codegrex_lsp.privacy.admission import too_large
from codegrex_lsp.privacy.detect.allowed import keyed_hash
from codegrex_lsp.privacy.detect.detector import Level
from codegrex_lsp.privacy.detect.titles import title
from codegrex_lsp.privacy.document import RedactLocal
from codegrex_lsp.privacy.redacted import Kind, Redacted, Replacement
from codegrex_lsp.settings import editing
from codegrex_lsp.settings.model import Resolved, Settings
from codegrex_lsp.values.ask import PieceKind
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Destination

ALLOW: Final = "privacy.allow"

SLICE_MS: Final = 2.0
"""Time for looking at new lines before other work has its turn."""

PART: Final = 400
"""Lines that are looked at together; each line is known by itself."""

PAUSE_S: Final = 0.002
"""For that other work, where a part took the whole time."""

LARGEST: Final = 1_000_000
"""Characters of a document beyond which nothing is shown. It is still masked when it is sent."""

MOST_LINES: Final = 20_000
"""The same in lines: what the engine's cache of lines holds without dropping the first ones."""

MOST: Final = 250
"""Findings that are shown in one document: more than somebody reads, at some 60 µs for each."""

_log = logging.getLogger(__name__)

Levels = Mapping[Destination, RedactLocal]


@dataclass(frozen=True, slots=True)
class Finding:
    """A value of an open document that is masked on its way to somewhere.

    Attributes:
        start: First character, 0-based.
        end: One past the last.
        kind: `secret` or `pii`.
        type: What it is, e.g. `aws-access-key`.
        title: The same for people.
        rule: Which rule found it.
        placeholder: What stands in for it.
        masked_for: Destinations that see the placeholder.
        shown_to: Destinations that see the value.
    """

    start: int
    end: int
    kind: Kind
    type: str
    title: str
    rule: str
    placeholder: str
    masked_for: frozenset[Destination]
    shown_to: frozenset[Destination]


class Findings:
    """Looks at open documents.

    Args:
        guards: The gates in force.
        resolved: Settings in force for a folder, now.
        allow_key: Key of the hashes in `privacy.allow`.
        folders: Where the person's settings are kept.
    """

    def __init__(
        self,
        guards: Guards,
        resolved: Callable[[Path | None], Resolved],
        allow_key: bytes,
        folders: Folders,
    ) -> None:
        self._guards = guards
        self._resolved = resolved
        self._allow_key = allow_key
        self._folders = folders
        self._looking: dict[str, set[asyncio.Task[tuple[Finding, ...]]]] = {}

    async def of(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """What is masked in a document, in order; nothing where it may not be read at all.

        New lines are looked at in slices, so that a keystroke never waits for it. Nothing comes
        of a document that is closed meanwhile.
        """
        task = asyncio.ensure_future(self._look(snapshot))
        running = self._looking.setdefault(snapshot.uri, set())
        running.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            return ()
        finally:
            running.discard(task)
            if not running and self._looking.get(snapshot.uri) is running:
                del self._looking[snapshot.uri]

    def forget(self, uri: str) -> None:
        """A document was closed: what is being looked at would be remembered for nobody."""
        for task in self._looking.pop(uri, ()):
            task.cancel()

    async def allow(self, snapshot: Snapshot, finding: Finding) -> None:
        """Keep a found value as one that is not secret, in the person's own settings file.

        Args:
            snapshot: The document.
            finding: One of it.

        Raises:
            RefusedError: A stronger source states the allowed values; nothing is kept.
            ConfigurationError: The file can not be read or written.
            DetectorFailed: The document could not be looked at.
        """
        resolved = self._resolved(snapshot.folder)
        if ALLOW in resolved.settings.limits.forbids:
            raise RefusedError(
                "Nothing was kept: your organisation lets no value be marked as not secret.",
                code="allow-pinned",
                fix="`codegrex-lsp policy show` says whom to ask.",
            )
        stated = resolved.sources.get(ALLOW, "")
        if stated not in ("", "machine file", "user file"):
            raise RefusedError(
                f"Nothing was kept: {ALLOW} of the {stated} counts, and not your settings file.",
                code="allow-pinned",
                fix="Move that list to the settings file of CodeGrex.",
            )
        hashes = await self._hashes(snapshot, finding)
        editing.append(
            self._folders.config / "config.toml",
            ALLOW,
            sorted(hashes),
            comment=finding.title,
            lock=self._folders.state / "settings.lock",
        )

    # -- inside -----------------------------------------------------------------------------

    async def _look(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        settings = self._resolved(snapshot.folder).settings
        levels = self._levels(snapshot, settings)
        level = _widest(levels)
        if level is None:
            return ()
        if _beyond(snapshot.text.reveal()):
            _log.info("findings are not shown (document-too-large)")
            return ()
        try:
            await self._get_to_know(snapshot, settings, level)
            masked = self._masked(snapshot, settings, level)
        except DetectorFailed as failure:
            _log.warning("findings are not shown (%s)", failure.code)
            return ()
        except Exception as error:
            _log.error("findings are not shown (%s)", type(error).__name__)
            return ()
        return _findings(masked, levels)

    def _levels(self, snapshot: Snapshot, settings: Settings) -> Levels:
        """Where the document may go, and what is masked on the way. Its text is not touched."""
        privacy = settings.privacy
        origin = origin_of(snapshot, PieceKind.DOCUMENT)
        return self._guards.gate(settings).levels(origin, privacy.mode, privacy.redact_local)

    async def _hashes(self, snapshot: Snapshot, finding: Finding) -> frozenset[str]:
        """What `privacy.allow` has to hold so that a finding is not one any more.

        A finding may be grown to whole words, or joined of several that touch: the detector's own
        runs count, and the finding as it is, which may be known from another place.
        """
        settings = self._resolved(snapshot.folder).settings
        level = _widest(self._levels(snapshot, settings))
        if level is None:
            return frozenset()
        await self._get_to_know(snapshot, settings, level)
        text = snapshot.text.reveal()
        spans = self._guards.scanner(settings).spans(
            text,
            level=level,
            language=snapshot.language,
            path_name=snapshot.path.name if snapshot.path else "",
            uri=snapshot.uri,
        )
        touched = [
            (span.start, span.end)
            for span in spans
            if span.start < finding.end and span.end > finding.start
        ]
        return frozenset(
            keyed_hash(self._allow_key, text[start:end])
            for start, end in [*touched, (finding.start, finding.end)]
        )

    async def _get_to_know(self, snapshot: Snapshot, settings: Settings, level: Level) -> None:
        await self._guards.ready(
            settings, Destination.CLOUD if level == "all" else Destination.LOCAL
        )
        engine = self._guards.engine(settings)
        lines = snapshot.text.reveal().split("\n")
        for first in range(0, len(lines), PART):
            part = "\n".join(lines[first : first + PART])
            known = False
            while not known:
                known = engine.fill(
                    part,
                    level=level,
                    language=snapshot.language,
                    path_name=snapshot.path.name if snapshot.path else "",
                    uri=snapshot.uri,
                    milliseconds=SLICE_MS,
                )
                await asyncio.sleep(0 if known else PAUSE_S)

    def _masked(self, snapshot: Snapshot, settings: Settings, level: Level) -> Redacted:
        origin = origin_of(snapshot, PieceKind.DOCUMENT)
        gate = self._guards.gate(settings)
        return gate.masked(origin, snapshot.text, snapshot.language, level, most=MOST)


def _widest(levels: Levels) -> Level | None:
    """What is to be looked for so that every destination's masks are among it."""
    if "all" in levels.values():
        return "all"
    return "secrets" if "secrets" in levels.values() else None


def _beyond(text: str) -> bool:
    return len(text) > LARGEST or text.count("\n") >= MOST_LINES or too_large(text)


def _findings(masked: Redacted, levels: Levels) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for run in masked.replacements:
        if run.kind == "control":
            continue
        if not run.first and found:  # a further line of the value before
            found[-1] = replace(found[-1], end=run.end)
        elif len(found) < MOST:
            found.append(_finding(run, levels))
        else:
            break
    return tuple(found)


def _finding(run: Replacement, levels: Levels) -> Finding:
    masks = {"all"} if run.kind == "pii" else {"all", "secrets"}
    masked_for = frozenset(where for where, level in levels.items() if level in masks)
    return Finding(
        start=run.start,
        end=run.end,
        kind=run.kind,
        type=run.type,
        title=title(run.type),
        rule=run.rule,
        placeholder=run.placeholder,
        masked_for=masked_for,
        shown_to=frozenset(levels) - masked_for,
    )
