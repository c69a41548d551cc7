"""The open documents, as the editor last described them, and never as the disk has them.

A document that was not opened here has no text.

A document's text holds no lone surrogate: an edit that cuts a surrogate pair in two leaves U+FFFD
for each half, which takes the same one utf-16 unit, so that columns stay right and everything
downstream can encode the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from codegrex_lsp.lsp.positions import Encoding, LineIndex, Place
from codegrex_lsp.values.sealed import Sealed

TEXT_LIMIT: Final = 8_000_000
"""Characters. A longer document is not kept, and says so when it is asked about."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Document:
    """One open document. Changes in place; readers take its `text` before they await anything.

    Attributes:
        uri: As the editor named it.
        language: LSP language id, possibly empty.
        version: The editor's number, or None.
        notebook: Uri of the notebook that a cell belongs to, or None.
    """

    def __init__(
        self, uri: str, language: str, version: int | None, text: str, notebook: str | None = None
    ) -> None:
        self.uri = uri
        self.language = language
        self.version = version
        self.notebook = notebook
        self._index: LineIndex | None = None
        self._sealed: Sealed | None = None
        self.replace(text)

    @property
    def kept(self) -> bool:
        """False where the text was too large to keep."""
        return self._index is not None

    @property
    def index(self) -> LineIndex:
        """Lines of the text; of an empty text where it was not kept."""
        return self._index if self._index is not None else LineIndex("")

    @property
    def text(self) -> Sealed:
        """The text, sealed once per version."""
        if self._sealed is None:
            self._sealed = Sealed(self.index.text)
        return self._sealed

    def replace(self, text: str) -> None:
        """Take a whole new text."""
        self._sealed = None
        self._index = None if len(text) > TEXT_LIMIT else LineIndex(without_surrogates(text))

    def edit(self, start: Place, end: Place, inserted: str, encoding: Encoding) -> None:
        """Replace a range. Does nothing where the text was not kept."""
        if self._index is None:
            return
        first = self._index.offset(*start, encoding)
        last = self._index.offset(*end, encoding)
        first, last = min(first, last), max(first, last)
        grown = len(self._index.text) - (last - first) + len(inserted)
        self._sealed = None
        if grown > TEXT_LIMIT:
            self._index = None
            return
        self._index = self._index.edited(first, last, without_surrogates(inserted))


class Documents:
    """All open documents, most recently used first."""

    def __init__(self) -> None:
        self._by_uri: dict[str, Document] = {}

    def open(self, document: Document) -> None:
        """Add a document, or put it in place of the one that has its uri."""
        self._by_uri[document.uri] = document
        self.touch(document.uri)

    def close(self, uri: str) -> None:
        """Drop a document and its text; unknown ones are passed over."""
        self._by_uri.pop(uri, None)

    def get(self, uri: str) -> Document | None:
        """An open document, or None."""
        return self._by_uri.get(uri)

    def touch(self, uri: str) -> None:
        """Remember that the person works in this document now."""
        document = self._by_uri.pop(uri, None)
        if document is not None:
            self._by_uri[uri] = document

    def __iter__(self) -> Iterator[Document]:
        return iter(list(reversed(self._by_uri.values())))

    def __len__(self) -> int:
        return len(self._by_uri)


def without_surrogates(text: str) -> str:
    """The same text with halves of surrogate pairs joined, and single halves as U+FFFD."""
    if text.isascii() or _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
