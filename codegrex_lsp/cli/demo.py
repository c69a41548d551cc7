"""`demo`: a guided run on a sample workspace, with the real server and a real local model.

Everything happens in a temporary folder with settings and a ledger of its own; only the person's
models are used from where they are. Nothing is left behind.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

from codegrex_lsp.cli import demo_sample, demo_tour, models
from codegrex_lsp.cli.common import Arguments, Verbs, add_verb, open_house
from codegrex_lsp.cli.exits import Exit
from codegrex_lsp.cli.page import Page, page
from codegrex_lsp.errors import ModelMissing, ProviderError

AT_MOST = 150.0
"""Seconds for the whole run; it usually takes a tenth of that."""


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    add_verb(verbs, "demo", "A guided run on a sample workspace, against a local model.", run)


def run(args: Arguments) -> int:
    """Run the demo. It ends with 0 where a person could see all of it."""
    with tempfile.TemporaryDirectory(prefix="codegrex-demo-") as name:
        return asyncio.run(_run(args, Path(name).resolve()))


async def _run(args: Arguments, temporary: Path) -> int:
    # SIGTERM is treated as Ctrl-C, which ends the children and removes the folder.
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    view = page()
    home = temporary / "home"
    try:
        async with asyncio.timeout(AT_MOST):
            settings = await _choose_model(args, view)
            (home / "config").mkdir(parents=True)
            (home / "config" / "config.toml").write_text(settings, encoding="utf-8")
            sample = demo_sample.copy_to(temporary / "corner-shop")
            await demo_tour.tour(view, home, sample)
    except TimeoutError:
        raise ProviderError(
            f"the demo did not end within {AT_MOST:.0f} s",
            fix="`codegrex-lsp doctor` says what works and what does not.",
        ) from None
    return Exit.FINE


async def _choose_model(args: Arguments, view: Page) -> str:
    """Settings for the demo: Ollama where it answers and has a model, else the embedded model.

    Raises:
        ModelMissing: Neither is there; the fix says how to get one.
    """
    from codegrex_lsp.egress.starter import pull_starter, starter_path

    view.heading("CodeGrex demo")
    view.line("A sample workspace, the real language server, and a model on this machine.")
    args.mode = "offline"  # whatever the person's own routes are, only this machine is asked
    only_ollama = {"completion.routes": ["ollama"], "chat.routes": ["ollama"]}
    async with open_house(args, settings=only_ollama) as house:
        found = await house.models(None)
        providers, folders = house.resolved(None).settings.providers, house.folders
    ollama = best_of([name for _, names, _ in found for name in names])
    file = providers["embedded"].model or str(starter_path(folders) or "")
    if not ollama and not file and models.agreed():
        with view.busy("Fetching the starter model"):
            file = str(pull_starter(folders, lambda sentence: None))
    if not ollama and not file:
        raise ModelMissing(
            "there is no model to show: no Ollama answers here, and the starter model is not here",
            fix="Run `codegrex-lsp models pull starter` (93 MB), then the demo again.",
        )
    view.line(f"The model is {ollama} in Ollama." if ollama else f"The model is {Path(file).name}.")
    return settings_for(ollama, providers["ollama"].base_url, file)


def best_of(names: Sequence[str]) -> str:
    """The model of a list that is likeliest to complete code, or empty.

    Models served by somebody else's machine and models that only embed are left out.
    """
    usable = [
        name for name in names if not name.endswith(("-cloud", ":cloud")) and "embed" not in name
    ]
    return min(usable, key=lambda name: "code" not in name, default="")


def settings_for(ollama: str, address: str, file: str) -> str:
    """The demo's settings file.

    Args:
        ollama: A model of Ollama, or empty.
        address: Base URL of Ollama.
        file: A GGUF file for the embedded server, or empty.
    """
    routes = (["ollama"] if ollama else []) + (["embedded"] if file else [])
    text = f'[privacy]\nredactLocal = "all"\n[completion]\nroutes = {json.dumps(routes)}\n'
    if ollama:
        text += f"[providers.ollama]\nbaseUrl = {json.dumps(address)}\n"
        text += f"model = {json.dumps(ollama)}\n"
    if file:
        text += f"[providers.embedded]\nmodel = {json.dumps(file)}\n"
    return text
