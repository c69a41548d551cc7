"""Every place in which text can stand when a completion is asked for, with canaries planted in it.

To add a surface, add a function to SURFACES (or to CHATS in chats.py). It says what becomes of the
text where mode and destination let text go at all; the sweep knows the other rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from codegrex_lsp.engine.requests import ChatRequest, CompletionRequest, Trigger
from codegrex_lsp.lsp import uris
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.sealed import Sealed
from tests.leaks.canaries import Canaries

IGNORED = "kept_out.py"
ALSO_IGNORED = "by_git.py"
LINK = "looks_harmless.py"
NEVER, LOCAL, REDACT = "never.py", "local.py", "redact.py"

POLICIES = [
    {"glob": f"**/{NEVER}", "level": "never"},
    {"glob": f"**/{LOCAL}", "level": "local"},
    {"glob": f"**/{REDACT}", "level": "redact"},
]
"""`privacy.pathPolicies` of the sweep."""


class Fate(StrEnum):
    """What becomes of what is planted, where mode and destination let text go at all."""

    GOES = "the text goes, masked"
    STAYS = "the rest goes without it"
    STOPS = "nothing goes"


@dataclass(frozen=True)
class Plant:
    """A request with canaries in it.

    Attributes:
        request: To make.
        to_local: Fate on this machine.
        to_cloud: Fate in the cloud.
        all_masked: Whether people are masked for a local model too.
        rest: Whether there is something beside the canaries, which goes without them.
        goes_on: Whether a second question follows in the same conversation.
    """

    request: CompletionRequest | ChatRequest
    to_local: Fate = Fate.GOES
    to_cloud: Fate = Fate.GOES
    all_masked: bool = False
    rest: bool = False
    goes_on: bool = False

    def fate(self, destination: Destination) -> Fate:
        return self.to_local if destination is Destination.LOCAL else self.to_cloud


Surface = Callable[[Path, Canaries], Plant]


def workspace(folder: Path, known: str) -> None:
    """The files that decide what is read; `known` is a secret of the workspace's `.env`."""
    folder.mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".env").write_text(f"SHOP_TICKET={known}\n")
    (folder / ".gitignore").write_text(f"{ALSO_IGNORED}\n")
    (folder / ".codegrexignore").write_text(f"{IGNORED}\n*.hidden.ipynb\n")
    (folder / LINK).symlink_to(".env")


def document(folder: Path, name: str, text: str, language: str = "python") -> Snapshot:
    path = folder / name
    return Snapshot(path.as_uri(), path, folder, Sealed(text), 1, language)


def named(uri: str, folder: Path, text: str) -> Snapshot:
    """A document as an editor names it; whose rules it follows is decided as in a session."""
    path, governed = uris.governor(uri)
    return Snapshot(uri, path, folder, Sealed(text), 1, "python", governed)


def typing_in(home: Snapshot, *others: Snapshot, cursor: int | None = None) -> CompletionRequest:
    at = len(home.text.reveal()) if cursor is None else cursor
    return CompletionRequest(home, at, Trigger.INVOKED, others)


def beside(
    folder: Path, canaries: Canaries, near: Snapshot, *fates: Fate, all_masked: bool = False
) -> Plant:
    """In a neighbour of a harmless document that shares names with it, so that it is chosen."""
    home = document(folder, "home.py", f"token = password = {canaries.rest}\nx = ")
    return Plant(typing_in(home, near), *fates, all_masked=all_masked, rest=True)


# -- where text is read ---------------------------------------------------------------------------


def before_the_cursor(folder: Path, canaries: Canaries) -> Plant:
    return Plant(typing_in(document(folder, "a.py", f"{canaries.text}x = ")))


def after_the_cursor(folder: Path, canaries: Canaries) -> Plant:
    home = document(folder, "a.py", f"x = \n\n{canaries.text}")
    return Plant(typing_in(home, cursor=4))


def in_a_neighbour(folder: Path, canaries: Canaries) -> Plant:
    return beside(folder, canaries, document(folder, "near.py", canaries.text))


def beside_control_tokens(folder: Path, canaries: Canaries) -> Plant:
    text = f"<|fim_prefix|>{canaries.text}<|im_start|>system\n[INST]x = "
    return Plant(typing_in(document(folder, "a.py", text)))


def in_an_untitled_document(folder: Path, canaries: Canaries) -> Plant:
    return Plant(typing_in(named("untitled:Untitled-1", folder, f"{canaries.text}x = ")))


def in_a_notebook_cell(folder: Path, canaries: Canaries) -> Plant:
    uri = f"vscode-notebook-cell:{folder.as_posix()}/sales.ipynb#W1"
    return Plant(typing_in(named(uri, folder, f"{canaries.text}x = ")))


def of_a_strange_language(folder: Path, canaries: Canaries) -> Plant:
    """What an editor calls a language ends up in prompts."""
    text = f"{canaries.marker} = 1\nx = "
    return Plant(typing_in(document(folder, "a.py", text, canaries.token)))


# -- names ----------------------------------------------------------------------------------------


def in_the_files_name(folder: Path, canaries: Canaries) -> Plant:
    name = f"of {canaries.token} and {canaries.mail} too.py"
    return Plant(typing_in(document(folder, name, f"{canaries.marker} = 1\nx = ")))


def in_a_neighbours_name(folder: Path, canaries: Canaries) -> Plant:
    name = f"dump {canaries.token} old.py"
    near = document(folder, name, f"{canaries.marker} = token = password\n")
    return beside(folder, canaries, near)


def in_a_folders_name(folder: Path, canaries: Canaries) -> Plant:
    name = f"{canaries.mail}/near.py"
    near = document(folder, name, f"{canaries.marker} = token = password\n")
    return beside(folder, canaries, near)


# -- what is not read -----------------------------------------------------------------------------


def _never(name: str) -> Surface:
    def in_a_document(folder: Path, canaries: Canaries) -> Plant:
        home = document(folder, name, f"{canaries.text}x = ")
        return Plant(typing_in(home), Fate.STOPS, Fate.STOPS)

    return in_a_document


def _never_beside(name: str) -> Surface:
    def in_a_neighbour(folder: Path, canaries: Canaries) -> Plant:
        near = document(folder, name, canaries.text)
        return beside(folder, canaries, near, Fate.STAYS, Fate.STAYS)

    return in_a_neighbour


def in_a_document_of_no_file(folder: Path, canaries: Canaries) -> Plant:
    home = named("output:extension-output-1", folder, f"{canaries.text}x = ")
    return Plant(typing_in(home), Fate.STOPS, Fate.STOPS)


def in_a_neighbour_of_no_file(folder: Path, canaries: Canaries) -> Plant:
    near = named("vscode-settings:/settings.json", folder, canaries.text)
    return beside(folder, canaries, near, Fate.STAYS, Fate.STAYS)


def in_a_cell_of_an_ignored_notebook(folder: Path, canaries: Canaries) -> Plant:
    uri = f"vscode-notebook-cell:{folder.as_posix()}/sales.hidden.ipynb#W1"
    return Plant(typing_in(named(uri, folder, f"{canaries.text}x = ")), Fate.STOPS, Fate.STOPS)


# -- path policies --------------------------------------------------------------------------------


def in_a_local_document(folder: Path, canaries: Canaries) -> Plant:
    home = document(folder, LOCAL, f"{canaries.text}x = ")
    return Plant(typing_in(home), Fate.GOES, Fate.STOPS)


def in_a_local_neighbour(folder: Path, canaries: Canaries) -> Plant:
    near = document(folder, LOCAL, canaries.text)
    return beside(folder, canaries, near, Fate.GOES, Fate.STAYS)


def in_a_redacted_document(folder: Path, canaries: Canaries) -> Plant:
    return Plant(typing_in(document(folder, REDACT, f"{canaries.text}x = ")), all_masked=True)


def in_a_redacted_neighbour(folder: Path, canaries: Canaries) -> Plant:
    near = document(folder, REDACT, canaries.text)
    return beside(folder, canaries, near, all_masked=True)


SURFACES: dict[str, Surface] = {
    "before the cursor": before_the_cursor,
    "after the cursor": after_the_cursor,
    "in a neighbour": in_a_neighbour,
    "beside control tokens": beside_control_tokens,
    "in an untitled document": in_an_untitled_document,
    "in a notebook's cell": in_a_notebook_cell,
    "of a strange language": of_a_strange_language,
    "in the file's name": in_the_files_name,
    "in a neighbour's name": in_a_neighbours_name,
    "in a folder's name": in_a_folders_name,
    "in .env": _never(".env"),
    "in a link to .env": _never(LINK),
    "in an ignored document": _never(IGNORED),
    "in an ignored neighbour": _never_beside(IGNORED),
    "in a neighbour that git ignores": _never_beside(ALSO_IGNORED),
    "in a cell of an ignored notebook": in_a_cell_of_an_ignored_notebook,
    "in a document of no file": in_a_document_of_no_file,
    "in a neighbour of no file": in_a_neighbour_of_no_file,
    "in a document of the policy never": _never(NEVER),
    "in a neighbour of the policy never": _never_beside(NEVER),
    "in a document of the policy local": in_a_local_document,
    "in a neighbour of the policy local": in_a_local_neighbour,
    "in a document of the policy redact": in_a_redacted_document,
    "in a neighbour of the policy redact": in_a_redacted_neighbour,
}
"""Surfaces of a completion."""
