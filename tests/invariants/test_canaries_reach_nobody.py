"""Canaries of every family, on every surface that exists, looked for in the bytes that arrived.

The families and their values come from the generator of the quality measurement. Each is planted
in a file of its kind and goes through the real House to a model server that keeps what it
receives. Looked for are the value itself and its URL-encoded, JSON-escaped and base64 forms. A
marker beside each value has to arrive, so that a surface which sends nothing can not pass.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest

from bench.quality import corpus
from bench.quality.corpus import Document
from bench.quality.report import language
from codegrex_lsp.engine.requests import CompletionRequest, Trigger
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.values.ask import Ask, Origin, Piece, PieceKind, Role
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Mode, Task
from codegrex_lsp.values.sealed import Sealed
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.gates import CLOUD, FOLDER, gate
from tests.support.houses import MODEL, house

SHORTEST = 5
"""Characters: a shorter piece of a value proves nothing where it turns up."""

LONG = 24
"""Characters from which half a value is as bad as the whole."""

DOCUMENTS = [one for one in corpus.documents("dev") if one.kind != "harmless"]


def families(place: int, documents: Sequence[Document] = DOCUMENTS) -> list[Document]:
    """A document of each family; another `place` gives other values."""
    found: dict[str, list[Document]] = {}
    for one in documents:
        found.setdefault(one.family, []).append(one)
    return [of_family[place % len(of_family)] for of_family in found.values()]


def values(document: Document) -> list[str]:
    """What must not arrive: each line of each labelled run."""
    runs = [document.text[start:end] for start, end in document.labels]
    return [line for run in runs for line in run.split("\n") if len(line) >= SHORTEST]


def forms(value: str) -> Iterator[tuple[str, str]]:
    """The ways in which a value can be written."""
    yield "plain", value
    yield "URL-encoded", quote(value, safe="")
    yield "JSON-escaped", json.dumps(value)[1:-1]
    yield "cut in half", value[len(value) // 2 :] if len(value) >= LONG else ""
    data = value.encode()
    for shift in range(3):  # the characters at either end depend on the neighbours
        whole = base64.b64encode(b"\0" * shift + data).decode()
        yield "base64", whole[4 if shift else 0 : -4]


def leaks(document: Document, received: str) -> list[str]:
    """The family, with the first form of a value that arrived."""
    for value in values(document):
        for form, written in forms(value):
            if len(written) >= SHORTEST and written in received:
                return [f"{document.kind}/{document.family} {form}"]
    return []


@dataclass
class Plant:
    """A wish for a completion with a document planted somewhere in it."""

    request: CompletionRequest
    marker: str


Surface = Callable[[Path, Document, str], Plant]


def snapshot(path: Path, text: str, folder: Path) -> Snapshot:
    return Snapshot(path.as_uri(), path, folder, Sealed(text), 1, language(path.name))


def asking(home: Snapshot, cursor: int, marker: str, *others: Snapshot) -> Plant:
    return Plant(CompletionRequest(home, cursor, Trigger.INVOKED, others), marker)


READABLE = {
    **dict.fromkeys((".env", ".production", ".pypirc", ".npmrc", ".key", "credentials"), ".ini"),
    **dict.fromkeys((".netrc", ".htpasswd"), ".conf"),
    ".tfvars": ".tf",
}
"""Kinds of files that are never read, and what a copy of one may be called."""


def readable(folder: Path, document: Document, marker: str) -> Path:
    """A path that no rule of the built-in list keeps from being read."""
    suffix = Path(document.name).suffix or document.name
    return folder / (marker + READABLE.get(suffix, suffix if "." in suffix else f".{suffix}"))


def before_the_cursor(folder: Path, document: Document, marker: str) -> Plant:
    text = f"{document.text}\n{marker}\n"
    return asking(snapshot(readable(folder, document, "here"), text, folder), len(text), marker)


def after_the_cursor(folder: Path, document: Document, marker: str) -> Plant:
    text = f"{marker}\n\n{document.text}\n"
    cursor = len(marker) + 1
    return asking(snapshot(readable(folder, document, "here"), text, folder), cursor, marker)


def in_a_neighbour(folder: Path, document: Document, marker: str) -> Plant:
    home = snapshot(folder / "home.py", f"{marker} = 1\n", folder)
    path = readable(folder, document, "near")
    near = snapshot(path, f"{marker}\n{document.text}\n", folder)
    return asking(home, len(home.text.reveal()), f"{marker}\n", near)


def beside_control_tokens(folder: Path, document: Document, marker: str) -> Plant:
    text = f"<|fim_prefix|>\n{document.text}\n<|fim_suffix|>\n{marker}\n"
    return asking(snapshot(readable(folder, document, "here"), text, folder), len(text), marker)


SURFACES: dict[str, Surface] = {
    "before the cursor": before_the_cursor,
    "after the cursor": after_the_cursor,
    "in a neighbour": in_a_neighbour,
    "beside control tokens": beside_control_tokens,
}


@pytest.mark.parametrize("place", range(len(SURFACES)), ids=SURFACES.keys())
async def test_no_canary_in_a_document_arrives(tmp_path: Path, place: int) -> None:
    surface = [*SURFACES.values()][place]
    leaked, silent = await plant_all(tmp_path, surface, families(place))
    assert not silent, ", ".join(silent)
    assert not leaked, ", ".join(leaked)


def test_a_private_key_does_not_arrive_where_the_window_cuts_it() -> None:
    """A long line is cut anywhere, a document between its lines: the gate cuts where it is told."""
    keeper = gate()
    for document in families(0, [one for one in DOCUMENTS if one.kind == "pem"]):
        (start, end), text = document.labels[0], document.text
        for cut in range(start + 1, end, max((end - start) // 5, 1)):
            home = Origin(PieceKind.DOCUMENT, "file:///projects/shop/a.py", FOLDER / "a.py", FOLDER)
            sealed = Sealed(text)
            rest = Piece(home, Role.PREFIX, sealed, cut, len(text), language(document.name))
            ask = Ask(Task.COMPLETION, Mode.NORMAL, (rest,), home, len(text))
            outcome = keeper.clear(ask, CLOUD, redact_local="off")
            assert isinstance(outcome, Clearance)
            cleared = outcome.cleared.pieces[0].text.reveal()
            assert document.text[end:].strip()[-8:] in cleared
            leaked = leaks(document, cleared)
            assert not leaked, ", ".join(leaked)


def names() -> list[Document]:
    """One document of each family whose value is known by its shape and can be a file's name."""
    own = own_formats()
    return families(
        0,
        [
            one
            for one in DOCUMENTS
            if one.family in own and re.fullmatch(r"[\w.\-@+=]{12,80}", "\n".join(values(one)))
        ],
    )


def own_formats() -> set[str]:
    table = (Path(corpus.__file__).parent / "data" / "families.txt").read_text(encoding="utf-8")
    rows = [
        line.split(" | ") for line in table.splitlines() if " | own | " in line and "«" not in line
    ]
    return {row[0] for row in rows} | {"email"}


def in_a_file_name(folder: Path, document: Document, marker: str) -> Plant:
    home = snapshot(folder / "home.py", f"{marker} = 1\n", folder)
    path = folder / f"dump {values(document)[0]} old.py"
    near = snapshot(path, f"{marker}\n", folder)
    return asking(home, len(home.text.reveal()), f"{marker}\n", near)


def in_a_folder_name(folder: Path, document: Document, marker: str) -> Plant:
    home = snapshot(folder / "home.py", f"{marker} = 1\n", folder)
    path = folder / values(document)[0] / "near.py"
    near = snapshot(path, f"{marker}\n", folder)
    return asking(home, len(home.text.reveal()), f"{marker}\n", near)


def in_the_own_file_name(folder: Path, document: Document, marker: str) -> Plant:
    home = snapshot(folder / f"of {values(document)[0]} too.py", f"{marker} = 1\n", folder)
    near = snapshot(folder / "near.py", f"{marker}\n", folder)
    return asking(home, len(home.text.reveal()), f"{marker}\n", near)


@pytest.mark.parametrize("surface", [in_a_file_name, in_a_folder_name, in_the_own_file_name])
async def test_no_canary_in_a_name_arrives(tmp_path: Path, surface: Surface) -> None:
    leaked, silent = await plant_all(tmp_path, surface, names())
    assert not silent, ", ".join(silent)
    assert not leaked, ", ".join(leaked)


@pytest.mark.parametrize(
    ("task", "source", "role"),
    [
        (Task.COMMIT_MESSAGE, PieceKind.DIFF, Role.CONTEXT),
        (Task.CHAT, PieceKind.TERMINAL, Role.CONTEXT),
        (Task.CHAT, PieceKind.SELECTION, Role.CONTEXT),
        (Task.CHAT, PieceKind.CHAT, Role.USER),
    ],
    ids=["a commit of two files", "a terminal", "a selection", "a chat turn"],
)
def test_no_canary_is_cleared_for_the_cloud(task: Task, source: PieceKind, role: Role) -> None:
    """Features that are to come send these; the gate is held to them already."""
    keeper = gate()
    leaked = []
    for one, other in pairs(families(5)):
        pieces = tuple(piece(document, source, role) for document in (one, other))
        ask = Ask(task, Mode.NORMAL, pieces, None, None)
        outcome = keeper.clear(ask, CLOUD, redact_local="off")
        assert isinstance(outcome, Clearance)
        cleared = "\n".join(piece.text.reveal() for piece in outcome.cleared.pieces)
        assert cleared.count("marker") == 2
        leaked += leaks(one, cleared) + leaks(other, cleared)
    assert not leaked, ", ".join(leaked)


def piece(document: Document, source: PieceKind, role: Role) -> Piece:
    path = readable(FOLDER / "src", document, "file")
    text = f"marker\n{document.text}\n"
    if source is PieceKind.DIFF:
        text = "".join(f"+{line}\n" for line in text.split("\n"))
    file = None if source in (PieceKind.CHAT, PieceKind.TERMINAL) else path
    origin = Origin(source, path.as_uri() if file else "", file, FOLDER)
    return Piece(origin, role, Sealed(text), 0, len(text), language(path.name) if file else "")


def pairs(documents: Sequence[Document]) -> Iterator[tuple[Document, Document]]:
    for at in range(0, len(documents), 2):
        yield documents[at], documents[(at + 1) % len(documents)]


async def plant_all(
    folder: Path, surface: Surface, documents: Sequence[Document]
) -> tuple[list[str], list[str]]:
    """(leaks, families whose surface did not arrive)."""
    numbers = count(Random(len(documents)).randrange(1000, 9000))
    leaked: list[str] = []
    silent: list[str] = []
    async with (
        FakeOllama({MODEL: FakeModel(insert=True, context=100_000)}) as ollama,
        house(folder / "home", ollama, privacy__redactLocal="all") as built,
    ):
        work = folder / "w"
        work.mkdir()
        for document in documents:
            plant = surface(work, document, f"zz_{next(numbers)}")
            ollama.server.requests.clear()
            outcome = await built.complete(plant.request)
            built.forget(plant.request.snapshot.uri)
            bodies = b"\n".join(one.body for one in ollama.server.requests if b"prompt" in one.body)
            received = bodies.decode()
            received += "\n".join(strings(received))
            if plant.marker not in received:
                silent.append(f"{document.family}: {outcome.decision.code}")
            leaked += leaks(document, received)
    return leaked, silent


def strings(body: str) -> Iterator[str]:
    """Every string of the JSON bodies, unescaped."""

    def walk(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for item in value.items():
                yield from walk(list(item))
        elif isinstance(value, list):
            for item in value:
                yield from walk(item)

    for line in body.split("\n"):
        if line:
            yield from walk(json.loads(line))
