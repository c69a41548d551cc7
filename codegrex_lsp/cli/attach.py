"""A question on the command line, and the files that come with it."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from codegrex_lsp.cli import place
from codegrex_lsp.cli.exits import UsageError
from codegrex_lsp.cli.request import absolute

if TYPE_CHECKING:
    from codegrex_lsp.engine.house import House
    from codegrex_lsp.engine.requests import ChatRequest
    from codegrex_lsp.values.conversation import Attachment

_PART: Final = re.compile(
    r"(?P<file>.+?):(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?", re.DOTALL
)


def add_files(parser: argparse.ArgumentParser) -> None:
    """The flag that attaches files."""
    parser.add_argument(
        "--file",
        dest="files",
        metavar="PATH[:A-B]",
        action="append",
        default=[],
        help="attach a file, or its lines A to B; may be given several times",
    )


def question(argument: str | None) -> str:
    """The question itself: as written, or standard input where it is `-` or left out in a pipe.

    Raises:
        UsageError: There is none, or it is too large or not UTF-8.
    """
    if argument is None and sys.stdin.isatty():
        raise UsageError("there is no question", fix="Write one, or `-` to read standard input.")
    text = _from_input() if argument is None or argument == "-" else argument
    if not text.strip():
        raise UsageError("the question is empty")
    return text


def path_of(argument: str) -> Path:
    """The file that a `PATH[:A-B]` names."""
    return absolute(_parse(argument)[0])


def request(house: House, question: str, files: Sequence[str], folder: Path) -> ChatRequest:
    """The question with its files, as an editor would have them open.

    An ignored file is named and not opened.

    Raises:
        UsageError: A file can not be read, or the lines are outside it.
    """
    from codegrex_lsp.engine.requests import ChatRequest
    from codegrex_lsp.values.sealed import Sealed

    attachments = tuple(_attached(house, file, folder) for file in files)
    return ChatRequest(Sealed(question), attachments=attachments, folder=folder)


def _attached(house: House, argument: str, folder: Path) -> Attachment:
    from codegrex_lsp.values.conversation import Attachment

    name, first, last = _parse(argument)
    path = absolute(name)
    if house.explain_ignore(path, folder).ignored:
        return Attachment(place.snapshot(path, folder, None))
    text = place.read(path)
    snapshot = place.snapshot(path, folder, text)
    if first is None:
        return Attachment(snapshot)
    return Attachment(snapshot, *place.lines(text, first, last or first))


def _parse(argument: str) -> tuple[str, int | None, int | None]:
    """(file, first line, last line). A file whose own name ends so goes before."""
    match = _PART.fullmatch(argument)
    if match is None or absolute(argument).is_file():
        return argument, None, None
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if not 1 <= first <= last:
        raise UsageError(f"{argument!r}: lines start at 1, and the first comes first")
    return match["file"], first, last


def _from_input() -> str:
    content = sys.stdin.buffer.read(place.MOST_BYTES + 1)
    if len(content) > place.MOST_BYTES:
        raise UsageError(f"the question is larger than {place.MOST_BYTES // 1024 // 1024} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("the question is not UTF-8") from None
