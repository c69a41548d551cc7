"""From arguments to a verb, and from whatever a verb raises to an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from codegrex_lsp import __version__, errors, log
from codegrex_lsp.cli import (
    check_ignore,
    complete,
    completion,
    config,
    demo,
    doctor,
    ledger,
    mode,
    models,
    preview,
)
from codegrex_lsp.cli.common import Arguments, add_common
from codegrex_lsp.cli.exits import Exit, internal
from codegrex_lsp.cli.speech import ready, talk

VERBS = (complete, preview, check_ignore, mode, models, ledger, config, doctor, demo, completion)


def run(arguments: Sequence[str]) -> int:
    """Parse `arguments`, run the verb, and turn every failure into one sentence and a code."""
    ready()
    try:
        return int(_run(arguments))
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader went away, e.g. `| head`. Python would complain once more while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FINE
    except errors.CodegrexError as error:
        talk(f"codegrex-lsp: {error.message}")
        if error.fix:
            talk(f"  {error.fix}")
        return error.exit_code
    except Exception as error:
        talk(f"codegrex-lsp: {internal(error)}")
        return Exit.INTERNAL


def _run(arguments: Sequence[str]) -> int:
    if list(arguments) == ["--stdio"]:  # how editors start it: no time for the parser
        log.set_up()
        return _serve({})
    parser = build()
    args = parser.parse_args(arguments, namespace=Arguments())
    log.set_up(verbose=args.verbose)
    if args.stdio:
        return _serve(args.flags())
    if args.run is None:
        parser.print_help(sys.stderr)
        return Exit.USAGE
    code = args.run(args)
    sys.stdout.flush()  # a reader that went away is noticed here and not at exit
    return code


def _serve(flags: dict[str, object]) -> int:
    from codegrex_lsp.lsp.server import serve

    return serve(flags)


def build() -> argparse.ArgumentParser:
    """The whole parser; the page of documentation and the shell's completion read it too."""
    parser = argparse.ArgumentParser(
        prog="codegrex-lsp",
        description="AI code suggestions from which nothing leaves unless you allowed it.",
        epilog="Without a verb, and with standard input not a terminal, it serves LSP.",
    )
    parser.add_argument("--version", action="version", version=f"codegrex-lsp {__version__}")
    parser.add_argument("--stdio", action="store_true", help="serve LSP on standard input/output")
    # Editors that use vscode-languageclient add this; the process id also comes in `initialize`.
    parser.add_argument("--clientProcessId", help=argparse.SUPPRESS)
    add_common(parser)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB")
    for verb in VERBS:
        verb.add_to(verbs)
    return parser
