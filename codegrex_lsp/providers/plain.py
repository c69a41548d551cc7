"""Pieces as plain source text: neighbours ahead of the current file, each under a comment line.

For every prompt that is read as code: raw continuation, and fill-in-the-middle for families
without a form of their own for several files. Steadiest first, so that a prompt cache holds.
"""

from __future__ import annotations

from typing import Final

from codegrex_lsp.privacy.cleared import Cleared, ClearedPiece
from codegrex_lsp.providers.wire import Sampling
from codegrex_lsp.values.ask import Role

_MARKS: Final = {
    "#": "python ruby perl r julia elixir nim shellscript bash sh fish powershell makefile cmake "
    "dockerfile yaml toml ini properties terraform hcl graphql coffeescript tcl nix",
    "--": "sql lua haskell elm ada vhdl",
    ";": "clojure lisp scheme commonlisp racket asm",
    "%": "latex tex matlab erlang prolog",
    '"': "vim",
}

_MARK: Final = {language: mark for mark, names in _MARKS.items() for language in names.split()}


def context(cleared: Cleared) -> tuple[ClearedPiece, ...]:
    """The neighbours, in the order in which they are sent."""
    return tuple(piece for piece in cleared.pieces if piece.role is Role.CONTEXT)


def home(cleared: Cleared) -> ClearedPiece | None:
    """The piece that ends at the cursor."""
    return next((piece for piece in cleared.pieces if piece.role is Role.PREFIX), None)


def current(cleared: Cleared) -> str:
    """Path of the document that is being completed, as it may leave; possibly empty."""
    piece = home(cleared)
    return path(piece) if piece is not None else ""


def language(cleared: Cleared) -> str:
    """LSP language id of the document that is being completed, possibly empty."""
    piece = home(cleared)
    return piece.language if piece is not None else ""


def path(piece: ClearedPiece) -> str:
    """A piece's origin on one line: a file name may hold line breaks, a prompt's header may not."""
    return "".join(c if c.isprintable() else " " for c in piece.origin).strip()


def preamble(cleared: Cleared) -> str:
    """Neighbours as commented source, and the current file's own line; empty without neighbours."""
    others = context(cleared)
    if not others:
        return ""
    parts = [f"{_header(path(piece), piece.language)}{piece.text.reveal()}\n\n" for piece in others]
    return "".join(parts) + _header(current(cleared), language(cleared))


def stops(cleared: Cleared, sampling: Sampling) -> tuple[str, ...]:
    """Where raw code ends: at the line's end where one line is wanted, and at a code fence.

    A model that was taught to chat closes a fence after the code and explains; Markdown has
    fences of its own.
    """
    line = () if sampling.multiline else ("\n",)
    return line if language(cleared) in ("markdown", "mdx") else (*line, "\n```")


def _header(name: str, language_id: str) -> str:
    if language_id in ("html", "xml", "markdown", "vue", "svelte"):
        return f"<!-- {name} -->\n"
    if language_id in ("css", "c", "ocaml"):
        return f"(* {name} *)\n" if language_id == "ocaml" else f"/* {name} */\n"
    return f"{_MARK.get(language_id, '//')} {name}\n"
