"""The Ask names every source, touches no text that may not be read, and keeps a steady order."""

from __future__ import annotations

from pathlib import Path

from codegrex_lsp.context.ask import for_completion
from codegrex_lsp.values.ask import Ask, Origin, PieceKind, Role
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.sealed import Sealed

FOLDER = Path("/project")


class Untouchable(Sealed):
    """Text that must not be read."""

    __slots__ = ()

    def reveal(self) -> str:
        raise AssertionError("ignored text was read")


def snapshot(name: str, text: Sealed) -> Snapshot:
    path = FOLDER / name
    return Snapshot(path.as_uri(), path, FOLDER, text, 1, "python")


def ask(*neighbours: Snapshot, unreadable: str = "") -> Ask:
    home = snapshot("main.py", Sealed("total = invoice_total(customer)\n"))

    def may_read(origin: Origin) -> bool:
        return origin.path is None or origin.path.name != unreadable

    return for_completion(home, 8, neighbours, mode=Mode.SENSITIVE, tokens=512, may_read=may_read)


def test_the_last_pieces_are_prefix_and_suffix_of_the_home_document() -> None:
    prefix, suffix = ask().pieces
    assert (prefix.role, suffix.role) == (Role.PREFIX, Role.SUFFIX)
    assert prefix.text.reveal()[prefix.start : prefix.end] == "total = "
    assert suffix.text.reveal()[suffix.start : suffix.end] == "invoice_total(customer)\n"


def test_a_neighbour_that_may_not_be_read_is_named_and_not_touched() -> None:
    first, *_ = ask(snapshot("secret.py", Untouchable("")), unreadable="secret.py").pieces
    assert first.origin.label == "secret.py"
    assert (first.start, first.end) == (0, 0)


def test_neighbours_that_share_names_come_first_and_in_the_order_of_their_paths() -> None:
    files = [
        snapshot("z.py", Sealed("def invoice_total(): ...\n")),
        snapshot("a.py", Sealed("class customer: ...\n")),
        snapshot("nothing.py", Sealed("unrelated words\n")),
    ]
    labels = [piece.origin.label for piece in ask(*files).pieces]
    assert labels == ["a.py", "z.py", "main.py", "main.py"]
    assert ask(*reversed(files)).pieces == ask(*files).pieces


def test_every_piece_carries_its_whole_document() -> None:
    for piece in ask(snapshot("a.py", Sealed("class customer: ...\n" * 500))).pieces:
        assert piece.origin.kind in (PieceKind.DOCUMENT, PieceKind.NEIGHBOUR)
        assert piece.end <= len(piece.text)
