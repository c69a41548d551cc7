"""From arguments to a verb, and from whatever a verb raises to an exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from codegrex_lsp import errors, log
from codegrex_lsp.cli.exits import Exit, internal
from codegrex_lsp.cli.speech import ready, talk


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
    if list(arguments) == ["--stdio"]:  # how editors start it: no time for the verbs
        log.set_up()
        return _serve({})
    from codegrex_lsp.cli.common import Arguments
    from codegrex_lsp.cli.parser import build

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
    # What is imported stays: looking through it for garbage over and over took an eighth of the
    # start. `lsp.server` looks once, when the editor has its answer.
    gc.disable()
    from codegrex_lsp.lsp.server import serve

    return serve(flags)
