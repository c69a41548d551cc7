"""The `codegrex-lsp` command.

With `--stdio`, or with no arguments where standard input is not a terminal, it serves LSP. This
file imports next to nothing: `--version` and the start of the server are not to wait for verbs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code.

    Args:
        arguments: What stands after the command's name; `sys.argv` where None.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:
        from codegrex_lsp import __version__

        print(f"codegrex-lsp {__version__}")  # noqa: T201
        return 0
    if not given and not sys.stdin.isatty():
        given = ["--stdio"]
    from codegrex_lsp.cli import command

    return command.run(given)


if __name__ == "__main__":
    sys.exit(main())
