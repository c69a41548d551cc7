"""FILE:LINE:COL, and the document it points into.

Lines and columns count from 1; a column counts characters (code points), so an emoji is one. A
line ends at a line feed, a carriage return, or both together, as LSP says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from codegrex_lsp import portable
from codegrex_lsp.cli.exits import UsageError
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.sealed import EMPTY, Sealed

MOST_BYTES = 8 * 1024 * 1024
"""A larger document is not offered to a model by the editor's server either."""

_PLACE = re.compile(r"(?P<file>.+):(?P<line>[0-9]{1,9}):(?P<column>[0-9]{1,9})", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file.

    Attributes:
        file: As written.
        line: 1-based.
        column: 1-based, in characters; one past the last character is the end of the line.
    """

    file: str
    line: int
    column: int


def parse(argument: str) -> Place:
    """Read FILE:LINE:COL. The file's name may hold colons itself (`C:\\a.py:1:1`).

    Raises:
        UsageError: A part is missing or is not a number from 1 up.
    """
    match = _PLACE.fullmatch(argument)
    if match is None:
        raise UsageError(
            f"{argument!r} does not name a place",
            fix="Write FILE:LINE:COL, e.g. src/app.py:12:5; lines and columns start at 1.",
        )
    place = Place(match["file"], int(match["line"]), int(match["column"]))
    if place.line < 1 or place.column < 1:
        raise UsageError(f"{argument!r}: lines and columns start at 1")
    return place


def read(path: Path) -> str:
    """The text of a file that ignore rules allow; ask them first.

    Raises:
        UsageError: It is missing, not a file, unreadable, too large, binary or not UTF-8.
    """
    try:
        if not path.exists():
            raise UsageError(f"{path.name}: there is no such file")
        if not path.is_file():
            raise UsageError(f"{path.name} is not a file")
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path.name} is larger than {MOST_BYTES // 1024 // 1024} MiB")
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"{path.name} can not be read: {reason}") from None
    if b"\0" in content:
        raise UsageError(f"{path.name} is not a text file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            f"{path.name} is not UTF-8", fix="Save it as UTF-8 and try again."
        ) from None


def offset(text: str, place: Place) -> int:
    """The offset in characters, 0-based, of a place in `text`.

    Raises:
        UsageError: The place is outside the text; the message says how far the text goes.
    """
    start = 0
    for _ in range(place.line - 1):
        end = _LINE_END.search(text, start)
        if end is None:
            lines = len(_LINE_END.findall(text)) + 1
            raise UsageError(f"line {place.line} is outside the file, which has {lines}")
        start = end.end()
    end = _LINE_END.search(text, start)
    length = (end.start() if end else len(text)) - start
    if place.column > length + 1:
        raise UsageError(
            f"column {place.column} is outside line {place.line}, which ends at {length + 1}"
        )
    return start + place.column - 1


def lines(text: str, first: int, last: int) -> tuple[int, int]:
    """Offsets of whole lines, from the first one's begin to behind the last one's end.

    Raises:
        UsageError: The lines are outside the text; the message says how far the text goes.
    """
    start = offset(text, Place("", first, 1))
    final = offset(text, Place("", last, 1))
    end = _LINE_END.search(text, final)
    return start, end.end() if end else len(text)


def position(text: str, at: int) -> dict[str, int]:
    """An LSP position: 0-based line, and 0-based column in UTF-16 code units."""
    line, start = 0, 0
    for end in _LINE_END.finditer(text, 0, at):
        if end.group() == "\r" and text[end.end() : end.end() + 1] == "\n":
            break  # `at` stands between the two characters of one line end
        line, start = line + 1, end.end()
    return {"line": line, "character": len(text[start:at].encode("utf-16-le")) // 2}


def snapshot(path: Path, folder: Path, text: str | None) -> Snapshot:
    """A document as an editor would have it open; `text` None where rules forbid to read it."""
    return Snapshot(
        uri=path.as_uri(),
        path=path,
        folder=portable.innermost(path, [folder]),
        text=EMPTY if text is None else Sealed(text),
        language=language(path),
    )


def language(path: Path) -> str:
    """LSP language id by the file's suffix; empty where it says nothing."""
    if path.name in ("Makefile", "makefile", "GNUmakefile"):
        return "makefile"
    if path.name.startswith("Dockerfile"):
        return "dockerfile"
    return _LANGUAGES.get(path.suffix.lower().lstrip("."), "")


_LANGUAGES = {
    suffix: language_id
    for language_id, suffixes in {
        "bat": "bat cmd",
        "c": "c h",
        "clojure": "clj cljs",
        "cpp": "cpp cc cxx hpp hh hxx",
        "csharp": "cs",
        "css": "css",
        "dart": "dart",
        "elixir": "ex exs",
        "fsharp": "fs fsx",
        "go": "go",
        "groovy": "groovy gradle",
        "haskell": "hs",
        "html": "html htm",
        "java": "java",
        "javascript": "js mjs cjs",
        "javascriptreact": "jsx",
        "json": "json",
        "julia": "jl",
        "kotlin": "kt kts",
        "latex": "tex",
        "less": "less",
        "lua": "lua",
        "markdown": "md markdown",
        "objective-c": "m",
        "ocaml": "ml mli",
        "perl": "pl pm",
        "php": "php",
        "powershell": "ps1 psm1",
        "python": "py pyi pyw",
        "r": "r",
        "ruby": "rb",
        "rust": "rs",
        "sass": "sass",
        "scala": "scala sc",
        "scss": "scss",
        "shellscript": "sh bash zsh",
        "sql": "sql",
        "svelte": "svelte",
        "swift": "swift",
        "terraform": "tf tfvars",
        "toml": "toml",
        "typescript": "ts mts cts",
        "typescriptreact": "tsx",
        "vue": "vue",
        "xml": "xml",
        "yaml": "yaml yml",
        "zig": "zig",
    }.items()
    for suffix in suffixes.split()
}
