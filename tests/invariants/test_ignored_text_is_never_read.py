"""Ignored text is never read: the gate asks for every origin before any text is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level
from codegrex_lsp.privacy.gate import Clearance, Gate
from codegrex_lsp.privacy.ignore import IgnoreRules, Verdict
from codegrex_lsp.privacy.placeholders import Vault
from codegrex_lsp.values.ask import Ask, Origin, Piece, PieceKind, Role
from codegrex_lsp.values.mode import Mode, Task
from codegrex_lsp.values.route import Route
from codegrex_lsp.values.sealed import Sealed
from tests.support.gates import CLOUD, LOCAL, completion, gate, origin


class Watcher:
    """Writes down who was asked what, and in which order."""

    def __init__(self, *ignored: str) -> None:
        self.ignored = ignored
        self.log: list[str] = []

    def verdict(self, path: Path, folder: Path | None) -> Verdict:
        self.log.append(f"ignore {path.name}")
        if path.name in self.ignored:
            return Verdict(True, "builtin", None, path.name, "ignored-builtin")
        return Verdict(False)

    def spans(
        self,
        text: str,
        *,
        level: Level,
        language: str,
        path_name: str,
        cursor: int | None,
        uri: str = "",
    ) -> tuple[Span, ...]:
        self.log.append(f"read {text}")
        return ()

    def gate(self) -> Gate:
        return Gate(verdict=self.verdict, engine=self, vaults=lambda folder: Vault(b"k"))


class Unreadable(Sealed):
    """Text that fails the test when it is touched."""

    def reveal(self) -> str:
        raise AssertionError("ignored text was read")


@pytest.mark.parametrize("route", [LOCAL, CLOUD], ids=["local", "cloud"])
def test_ignore_is_asked_for_each_origin_before_any_text_is_read(route: Route) -> None:
    watcher = Watcher()

    outcome = watcher.gate().clear(
        completion("one|", ("b.py", "two"), ("c.py", "three")), route, redact_local="all"
    )

    assert isinstance(outcome, Clearance)
    first_read = next(n for n, entry in enumerate(watcher.log) if entry.startswith("read"))
    asked = set(watcher.log[:first_read])
    assert asked == {"ignore a.py", "ignore b.py", "ignore c.py"}


@pytest.mark.parametrize("redact", ["off", "secrets", "all"])
@pytest.mark.parametrize("route", [LOCAL, CLOUD], ids=["local", "cloud"])
@pytest.mark.parametrize("kind", list(PieceKind))
def test_the_text_of_an_ignored_piece_is_not_touched(
    kind: PieceKind, route: Route, redact: str
) -> None:
    watcher = Watcher(".env")
    hidden = Piece(origin(".env", kind), Role.CONTEXT, Unreadable("x"), 0, 1)
    ask = completion("one|", ("b.py", "two"))
    ask = Ask(ask.task, ask.mode, (hidden, *ask.pieces), ask.home, ask.cursor)

    outcome = watcher.gate().clear(ask, route, redact_local=redact)  # type: ignore[arg-type]

    assert isinstance(outcome, Clearance)
    assert [w.code for w in outcome.cleared.withheld] == ["ignored-builtin"]


def test_an_ignored_home_document_is_not_touched_nor_is_anything_else() -> None:
    watcher = Watcher(".env")
    home = origin(".env", PieceKind.DOCUMENT)
    pieces = (Piece(home, Role.PREFIX, Unreadable("x"), 0, 1),)

    outcome = watcher.gate().clear(
        Ask(Task.COMPLETION, Mode.NORMAL, pieces, home, 1), LOCAL, redact_local="all"
    )

    assert isinstance(outcome, Withheld)
    assert watcher.log == ["ignore .env"]


def test_a_piece_of_an_ignored_file_that_calls_itself_otherwise_is_found_by_its_path() -> None:
    watcher = Watcher(".env")
    disguised = Origin(PieceKind.DEFINITION, "untitled:1", Path("/projects/shop/.env"), None)
    ask = completion("one|")
    hidden = Piece(disguised, Role.CONTEXT, Unreadable("x"), 0, 1)

    outcome = watcher.gate().clear(
        Ask(ask.task, ask.mode, (hidden, *ask.pieces), ask.home, ask.cursor),
        LOCAL,
        redact_local="off",
    )

    assert isinstance(outcome, Clearance)
    assert len(outcome.cleared.withheld) == 1


def test_an_ignore_file_edited_after_opening_is_obeyed_at_the_next_request(tmp_path: Path) -> None:
    rules = IgnoreRules(tmp_path)
    home = Origin(PieceKind.DOCUMENT, "file:///a.py", tmp_path / "a.py", tmp_path)
    (tmp_path / "a.py").write_text("x = 1")
    opened = Gate(
        verdict=lambda path, folder: rules.verdict(path),
        engine=Watcher(),
        vaults=lambda folder: Vault(b"k"),
    )
    ask = completion("x = |1", home=home)
    assert isinstance(opened.clear(ask, LOCAL, redact_local="off"), Clearance)

    (tmp_path / ".codegrexignore").write_text("a.py\n")

    outcome = opened.clear(ask, LOCAL, redact_local="off")
    assert isinstance(outcome, Withheld)
    assert ".codegrexignore:1" in outcome.rule


def test_a_gate_asks_again_at_every_request() -> None:
    ignored = {"a.py": False}
    closed = gate(ignored=lambda path: ignored.get(path.name, False))
    assert isinstance(closed.clear(completion("x|"), LOCAL, redact_local="off"), Clearance)

    ignored["a.py"] = True

    assert isinstance(closed.clear(completion("x|"), LOCAL, redact_local="off"), Withheld)
