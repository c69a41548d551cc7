"""The page of providers, docs/providers.md, made from the table of kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from codegrex_lsp.settings.providers import KINDS, Kind
from codegrex_lsp.values.route import LOCAL_KINDS

PAGE: Final = Path("docs/providers.md")


def page() -> str:
    """The page, in Markdown."""
    heads = ("kind", "completion", "filling a hole", "chat", "destination", "key", "notes")
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    lines += (f"| {' | '.join(_cells(name, kind))} |" for name, kind in KINDS.items())
    return f"{_INTRODUCTION}\n" + "\n".join(lines) + f"\n\n{_AFTER}"


def _cells(name: str, kind: Kind) -> Iterator[str]:
    yield f"`{name}`"
    yield kind.completion
    yield kind.fim
    yield kind.chat
    yield _destination(name, kind)
    yield f"`{kind.variable}`, as `{kind.auth.value}`" if kind.variable else ""
    yield kind.note


def _destination(name: str, kind: Kind) -> str:
    where = "local, or cloud by its address" if name in LOCAL_KINDS else "cloud"
    if kind.base_url is None:
        return f"{where}; `baseUrl` must be given"
    return f"{where}; `{kind.base_url}`" if kind.base_url else "local"


_INTRODUCTION: Final = """\
# Providers

<!-- Made from codegrex_lsp/settings/providers.py by `python -m codegrex_lsp.settings.generate`. -->

Each kind below is a provider of that name already; a table `[providers.<id>]` refines it, or
describes another one with `kind = "…"`. Which one answers is decided by `completion.routes` and
`chat.routes`, in your order. What each of them has is listed by `codegrex-lsp models list`.
"""

_AFTER: Final = """\
- **Completion** names paths below the address. *Asked in words* means a chat request that says what
  stands before and after the hole; your own indentation and the end of the line are kept here.
- **Destination**: whether a kind is local is decided by the address in use and by where the model
  really runs, never by its name; see [data-flow.md](data-flow.md).
- **Key** names the environment variable that is read where no key was set in another way, and the
  header that carries it. A key goes to the address of its own provider and nowhere else.
- **Failures** read the same for everybody: `key-refused`, `quota-exhausted`, `rate-limited`,
  `provider-busy`, `model-missing`, `prompt-too-long`, `content-refused`, `request-refused`,
  `endpoint-missing`. A provider's own words are not shown, since they may quote your text.
- **Masked values** are explained to every model in the same sentence, at the very beginning of each
  conversation and whether or not anything is masked, so that prompt caches hold.

How to add one: [adding-a-provider.md](adding-a-provider.md).
"""
