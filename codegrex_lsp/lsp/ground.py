"""What the house stands on: flags, environment and folders of this process.

The house is built at its first use, which is after the editor has our introduction: building it
imports much, and an editor waits for `initialize`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from codegrex_lsp import portable

if TYPE_CHECKING:
    from codegrex_lsp.engine.house import House, Wishes


class HouseFactory(Protocol):
    """How a house is made; `engine.house.House` itself, or a test's."""

    def __call__(
        self, folders: portable.Folders, wishes: Wishes, *, progress: Callable[[str], None]
    ) -> House:
        """A house."""


@dataclass(frozen=True)
class Ground:
    """Everything that is known before an editor speaks.

    Attributes:
        flags: Settings of the command line, by dotted key.
        environ: The environment.
        folders: Where things are kept; as the environment says where None.
        progress: Called with a sentence while a model loads, with an empty one when it is done.
        house_factory: How a house is made; the real one where None.
    """

    flags: Mapping[str, object]
    environ: Mapping[str, str] = field(repr=False)
    folders: portable.Folders | None
    progress: Callable[[str], None]
    house_factory: HouseFactory | None = None

    def wishes(self, editor: Mapping[str, object], trusted: bool) -> Wishes:
        """The editor's settings beside our own."""
        from codegrex_lsp.engine.house import Wishes

        return Wishes(flags=self.flags, environ=self.environ, editor=editor, trusted=trusted)

    def house(self, wishes: Wishes) -> House:
        """Build the house."""
        from codegrex_lsp.engine.house import House

        make: HouseFactory = self.house_factory or House
        folders = self.folders or portable.folders(dict(self.environ))
        return make(folders, wishes, progress=self.progress)
