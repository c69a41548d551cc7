"""The only logging set-up: records without content, third-party loggers capped.

A record is a fixed sentence plus values that our own types made safe (codes, counts, durations).
Libraries log prompts, bodies and `initialize` params, so whatever is not ours is cut to a
level and a logger name; their messages are never written, at any level.
"""

from __future__ import annotations

import logging
import sys
from typing import Final

OURS: Final = "codegrex_lsp"


class _WithoutContent(logging.Formatter):
    """Formats our records; of anybody else's, only who spoke and how loudly."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.formatTime(record)} {record.levelname.lower()}"
        if record.name == OURS or record.name.startswith(OURS + "."):
            trouble = ""
            if record.exc_info and record.exc_info[0] is not None:
                # The type of an exception is ours to tell; its words and frames may quote text.
                trouble = f" ({record.exc_info[0].__name__})"
            return f"{head} {record.name}: {record.getMessage()}{trouble}"
        return f"{head} {record.name}: (message withheld)"


def set_up(*, verbose: bool = False) -> None:
    """Send records to standard error. Called once per process, before anything else runs.

    Args:
        verbose: Show our own records from DEBUG up instead of WARNING.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutContent())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.DEBUG if verbose else logging.WARNING)
    logging.raiseExceptions = False  # a failed format would print its arguments
