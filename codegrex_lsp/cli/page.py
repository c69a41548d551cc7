"""A readable view: the same content, drawn with rich on a terminal and plainly elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Literal, Protocol

from codegrex_lsp.cli.speech import on_terminal, visible

if TYPE_CHECKING:
    from rich.panel import Panel
    from rich.text import Text

Tone = Literal["plain", "good", "warning", "bad", "quiet"]


class Page(Protocol):
    """What a verb can say to a person."""

    def heading(self, text: str) -> None:
        """Begin a part."""

    def line(self, text: str = "", tone: Tone = "plain") -> None:
        """One sentence."""

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Rows below heads; nothing where there are no rows."""

    def text(self, title: str, text: str, marks: Sequence[str] = ()) -> None:
        """A block of text; every occurrence of a mark stands out."""

    def beside(
        self, left: tuple[str, str], right: tuple[str, str], marks: Sequence[str] = ()
    ) -> None:
        """Two (title, text) blocks to compare."""

    def stream(self, text: str) -> None:
        """Text as it arrives, without a line end."""

    def busy(self, sentence: str) -> AbstractContextManager[None]:
        """Say that something takes a while."""


def page() -> Page:
    """The page for whoever reads standard output."""
    return RichPage() if on_terminal() else PlainPage()


class PlainPage:
    """For pipes, files and continuous integration: no colour, no boxes, no moving parts."""

    def heading(self, text: str) -> None:
        """See Page."""
        print(f"\n== {visible(text)}")

    def line(self, text: str = "", tone: Tone = "plain") -> None:
        """See Page."""
        print(visible(text))

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """See Page."""
        if not rows:
            return
        cells = [list(heads), *([visible(cell) for cell in row] for row in rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
        for row in cells:
            columns = zip(row, widths, strict=True)
            print("  ".join(cell.ljust(width) for cell, width in columns).rstrip())

    def text(self, title: str, text: str, marks: Sequence[str] = ()) -> None:
        """See Page."""
        print(f"-- {visible(title)}")
        for line in visible(text).split("\n"):
            print(f"   {line}".rstrip())

    def beside(
        self, left: tuple[str, str], right: tuple[str, str], marks: Sequence[str] = ()
    ) -> None:
        """See Page."""
        self.text(*left)
        self.text(*right)

    def stream(self, text: str) -> None:
        """See Page."""
        sys.stdout.write(visible(text))
        sys.stdout.flush()

    def busy(self, sentence: str) -> AbstractContextManager[None]:
        """See Page."""
        print(f"{sentence} ...", flush=True)
        return nullcontext()


_TONES: dict[Tone, str] = {
    "plain": "",
    "good": "green",
    "warning": "yellow",
    "bad": "bold red",
    "quiet": "dim",
}
_MARK = "black on yellow"


class RichPage:
    """For a terminal. `NO_COLOR` and `TERM=dumb` leave the lay-out and take the escape codes."""

    def __init__(self) -> None:
        from rich.console import Console

        plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        self._moving = not plain
        self._console = Console(
            highlight=False, markup=False, emoji=False, color_system=None if plain else "auto"
        )

    def heading(self, text: str) -> None:
        """See Page."""
        self._console.print()
        self._console.rule(self._words(text, "bold"), align="left")

    def line(self, text: str = "", tone: Tone = "plain") -> None:
        """See Page."""
        self._console.print(self._words(text, _TONES[tone]))

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """See Page."""
        if not rows:
            return
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for head in heads:
            table.add_column(head, overflow="fold")
        for row in rows:
            table.add_row(*(self._words(cell) for cell in row))
        self._console.print(table)

    def text(self, title: str, text: str, marks: Sequence[str] = ()) -> None:
        """See Page."""
        self._console.print(self._block(title, text, marks))

    def beside(
        self, left: tuple[str, str], right: tuple[str, str], marks: Sequence[str] = ()
    ) -> None:
        """See Page."""
        if self._console.width < 100:
            self.text(*left, marks)
            self.text(*right, marks)
            return
        from rich.table import Table

        columns = Table.grid(expand=True, padding=(0, 1))
        columns.add_column(ratio=1)
        columns.add_column(ratio=1)
        columns.add_row(self._block(*left, marks), self._block(*right, marks))
        self._console.print(columns)

    def stream(self, text: str) -> None:
        """See Page."""
        self._console.print(self._words(text, "italic cyan"), end="", soft_wrap=True)

    @contextmanager
    def busy(self, sentence: str) -> Iterator[None]:
        """See Page."""
        if not self._moving:
            self.line(f"{sentence} ...")
            yield
            return
        with self._console.status(self._words(sentence)):
            yield

    def _block(self, title: str, text: str, marks: Sequence[str]) -> Panel:
        from rich.panel import Panel

        body = self._words(text)
        if marks:
            body.highlight_words([visible(mark) for mark in marks], _MARK)
        return Panel(body, title=self._words(title), title_align="left", border_style="dim")

    @staticmethod
    def _words(text: str, style: str = "") -> Text:
        from rich.text import Text

        return Text(visible(text), style=style)
