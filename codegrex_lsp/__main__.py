"""The `codegrex-lsp` command.

With `--stdio`, or with no arguments where standard input is not a terminal, it serves LSP. This
file imports next to nothing: `--version` and the start of the server are not to wait for verbs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code.

    Args:
        arguments: What stands after the command's name; `sys.argv` where None.
    """
    if arguments is None:
        _keep_the_current_folder_out()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:
        from codegrex_lsp import __version__

        print(f"codegrex-lsp {__version__}")  # noqa: T201
        return 0
    if not given and not sys.stdin.isatty():
        given = ["--stdio"]
    from codegrex_lsp.cli import command

    return command.run(given)


def _keep_the_current_folder_out() -> None:
    """Import nothing from the current folder from here on: it may be anybody's repository.

    `python -m`, and an empty entry in PYTHONPATH, put it in front of everything that is installed.
    """
    try:
        here = os.getcwd()  # noqa: PTH109 - pathlib is not loaded yet
    except OSError:  # it was deleted
        here = ""
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    sys.path[:] = [place for place in sys.path if (place and place != here) or place == ours]


if __name__ == "__main__":
    sys.exit(main())
