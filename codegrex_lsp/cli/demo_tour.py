"""The stations of `demo`, in the order in which a request meets them."""

from __future__ import annotations

import codecs
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from codegrex_lsp.cli import ledger as ledger_verb
from codegrex_lsp.cli import place
from codegrex_lsp.cli.common import Arguments, open_house
from codegrex_lsp.cli.demo_client import Client, child, connect
from codegrex_lsp.cli.demo_sample import Sample
from codegrex_lsp.cli.page import Page
from codegrex_lsp.errors import ProviderError


async def tour(view: Page, home: Path, sample: Sample) -> None:
    """Show every station.

    Args:
        view: Where it is shown.
        home: The demo's own `CODEGREX_HOME`.
        sample: The workspace.

    Raises:
        ProviderError: The server or the model failed.
    """
    async with AsyncExitStack() as stack:
        with view.busy("Starting the language server"):
            client = await stack.enter_async_context(connect(home, sample.folder))
            for path in (*sample.ignored, sample.neighbour, sample.document):
                await client.notify("textDocument/didOpen", _opened(path))
            status = await client.request("codegrex/status", {})
        _show_mode(view, status)
        await _show_withheld(view, client, sample)
        await _show_preview(view, client, sample)
        await _show_suggestion(view, client, sample)
    await _show_stream(view, home, sample)
    await _show_ledger(view, home)
    _show_next(view)


def _opened(path: Path) -> dict[str, Any]:
    document = {
        "uri": path.as_uri(),
        "languageId": place.language(path) or "plaintext",
        "version": 1,
        "text": path.read_text(encoding="utf-8"),
    }
    return {"textDocument": document}


def _show_mode(view: Page, status: dict[str, Any]) -> None:
    view.heading("1. The mode")
    view.line(f"{status['mode']}, decided by: {status['modeSource']}", "good")
    view.line(status["message"])


async def _show_withheld(view: Page, client: Client, sample: Sample) -> None:
    view.heading("2. What is never read")
    view.line("These files are open in the editor. No model gets to see them, and this is why:")
    rows = []
    for path in sample.ignored:
        (verdict,) = await client.request("codegrex/explainIgnore", {"uri": path.as_uri()})
        if not verdict["ignored"]:
            raise ProviderError(f"{path.name} should have been ignored")
        line = "" if verdict["line"] is None else str(verdict["line"])
        rows.append((path.name, Path(verdict["source"]).name, line, verdict["pattern"] or ""))
    view.table(("file", "decided by", "line", "pattern"), rows)


async def _show_preview(view: Page, client: Client, sample: Sample) -> None:
    view.heading("3. What would be sent")
    with view.busy("Loading the model"):
        preview = await client.request("codegrex/preview", {**_at(sample), "task": "completion"})
    if preview["refused"]:
        raise ProviderError(preview["refused"]["message"], code=preview["refused"]["code"])
    route = preview["route"]
    view.line(f"To {route['provider']} ({route['destination']}), {preview['bytes']} bytes.", "good")
    masked = [redaction["placeholder"] for redaction in preview["redactions"]]
    name = sample.document.name
    sent = "".join(text["text"] for text in preview["pieces"] if text["kind"] == "document")
    view.beside(
        (f"{name}, in the file", sample.text.rstrip("\n")),
        (f"{name}, as it would leave", sent.rstrip("\n")),
        (*sample.planted, *masked),
    )
    view.table(
        ("masked", "stands as"),
        [(redaction["type"], redaction["placeholder"]) for redaction in preview["redactions"]],
    )
    rows = [(piece["origin"], piece["code"], piece["rule"]) for piece in preview["withheld"]]
    view.table(("withheld", "why", "rule"), rows)


async def _show_suggestion(view: Page, client: Client, sample: Sample) -> None:
    view.heading("4. The suggestion, as an editor gets it")
    context = {"triggerKind": 1}
    with view.busy("Asking the model"):
        answer = await client.request(
            "textDocument/inlineCompletion", {**_at(sample), "context": context}
        )
        status = await client.request("codegrex/status", {})
    items = answer.get("items", []) if isinstance(answer, dict) else answer or []
    if items:
        text = items[0]["insertText"]
        before = sample.text[: sample.cursor].rpartition("\n")[2]
        after = sample.text[sample.cursor :].partition("\n")[0]
        view.text("the line, with ghost text", before + text + after, (text,))
        return
    decision = status.get("lastDecision") or {"code": "none", "message": "no reason was given"}
    if decision["code"] != "empty":
        raise ProviderError(decision["message"], code=decision["code"])
    view.line(f"None this time: {decision['message']}.", "warning")


async def _show_stream(view: Page, home: Path, sample: Sample) -> None:
    view.heading("5. The same on the command line, as it streams")
    at = place.position(sample.text, sample.cursor)
    name = sample.document.relative_to(sample.folder).as_posix()
    where = f"{name}:{at['line'] + 1}:{at['character'] + 1}"  # the sample is ASCII
    view.line(f"$ codegrex-lsp complete {where}", "quiet")
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    async with child("complete", where, home=home, cwd=sample.folder) as process:
        assert process.stdout is not None  # it is a pipe
        with view.busy("Loading the model for this command"):
            chunk = await process.stdout.read(4096)
        while chunk:
            view.stream(decoder.decode(chunk))
            chunk = await process.stdout.read(4096)
    view.line()


async def _show_ledger(view: Page, home: Path) -> None:
    view.heading("6. What the ledger says left")
    view.line("One line was written before each request went; it holds no text.")
    view.line("A probe asks the server what its model is. Every other line is a completion.")
    environ = {**os.environ, "CODEGREX_HOME": str(home)}
    async with open_house(Arguments(), environ=environ) as house:
        ledger_verb.show(house.ledger.lines(None))
        view.line(house.ledger.verify().message, "good")


def _show_next(view: Page) -> None:
    view.heading("What to do next")
    view.line("codegrex-lsp doctor                what works here and what does not")
    view.line("codegrex-lsp preview FILE:1:1      the same view of a file of yours")
    view.line("codegrex-lsp mode set offline      or sensitive, or normal")
    view.line("Your editor starts the server with `codegrex-lsp --stdio`; docs/editors says how.")


def _at(sample: Sample) -> dict[str, Any]:
    return {
        "textDocument": {"uri": sample.document.as_uri()},
        "position": place.position(sample.text, sample.cursor),
    }
