"""How the command line speaks: data on standard output, talk on standard error.

Text of a person's files is shown on a terminal only after `visible`, so that a file can not move
the cursor, set a title or hide characters by writing direction.
"""

from __future__ import annotations

import json
import sys
from typing import Any

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"}
_PICTURES[0x7F] = "\u2421"
_HIDDEN = {
    code: f"\\u{code:04x}"
    for code in (*range(0x80, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_VISIBLE = {**_PICTURES, **_HIDDEN}


def ready() -> None:
    """Make both streams take any character, whatever the machine's locale is."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="replace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def talk(sentence: str) -> None:
    """Say something to the person, on standard error."""
    print(visible(sentence), file=sys.stderr, flush=True)


def data(text: str) -> None:
    """A line of output."""
    print(text)


def data_json(value: Any, *, indent: int | None = 2) -> None:
    """JSON in ASCII, so that every reader in every locale gets the same characters."""
    print(json.dumps(value, indent=indent))


def on_terminal() -> bool:
    """Whether a person reads standard output directly."""
    return sys.stdout.isatty()


def visible(text: str) -> str:
    """`text` with control characters and writing-direction marks shown instead of obeyed."""
    return text.replace("\r\n", "\n").translate(_VISIBLE)
