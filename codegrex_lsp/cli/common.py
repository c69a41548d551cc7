"""What every verb shares: common flags, the workspace they mean, and the house they stand on."""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from codegrex_lsp.cli.exits import UsageError
from codegrex_lsp.cli.speech import talk

if TYPE_CHECKING:
    from codegrex_lsp.engine.house import House

Verbs = argparse._SubParsersAction  # argparse has no public name for it


class Arguments(argparse.Namespace):
    """Parsed arguments; a verb's own are added beside these.

    Attributes:
        mode: A vote for the mode, for this run only.
        workspace: The workspace folder, as given.
        verbose: Say more on standard error.
        stdio: Serve LSP.
        json: Print the stable JSON shape.
        run: The verb.
    """

    mode: str | None = None
    workspace: str | None = None
    verbose: bool = False
    stdio: bool = False
    json: bool = False
    run: Callable[[Arguments], int] | None = None

    def flags(self) -> dict[str, object]:
        """Settings that flags wish for, as dotted key → value."""
        return {"privacy.mode": self.mode} if self.mode else {}


def add_common(parser: argparse.ArgumentParser) -> None:
    """Flags that may stand before or after the verb; only those given are stored."""
    group = parser.add_argument_group("common")
    absent = argparse.SUPPRESS
    group.add_argument(
        "--mode",
        choices=("normal", "sensitive", "offline"),
        default=absent,
        help="a vote for the privacy mode of this run; the strictest vote wins",
    )
    group.add_argument(
        "--workspace", metavar="FOLDER", default=absent, help="workspace folder (default: here)"
    )
    group.add_argument(
        "--verbose", action="store_true", default=absent, help="say more on standard error"
    )


def add_verb(
    verbs: Verbs[argparse.ArgumentParser],
    name: str,
    sentence: str,
    run: Callable[[Arguments], int],
    *,
    details: str = "",
) -> argparse.ArgumentParser:
    """A verb with the common flags. `sentence` is its help; `details` follow the list of flags."""
    parser = verbs.add_parser(name, help=sentence, description=sentence, epilog=details or None)
    parser.set_defaults(run=run)
    add_common(parser)
    return parser


def add_json(parser: argparse.ArgumentParser) -> None:
    """The flag of verbs that have a stable JSON shape."""
    parser.add_argument("--json", action="store_true", help="print JSON (a stable shape)")


def workspace(args: Arguments, file: Path | None = None) -> Path:
    """The workspace folder a verb speaks about.

    `--workspace` where given. Otherwise it starts at the current folder, or at the file's own
    folder where the file is not below the current one, and goes up to the nearest folder with
    `.git` or `.codegrex.toml`, so that a verb run in a subfolder obeys the rules of the whole
    repository and shares the mode that was set for it.

    Raises:
        UsageError: `--workspace` is not a folder.
    """
    if args.workspace is not None:
        chosen = Path(args.workspace).expanduser().absolute()
        if not chosen.is_dir():
            raise UsageError(f"--workspace: {args.workspace} is not a folder")
        return Path(os.path.normpath(chosen))
    here = Path.cwd()
    start = here if file is None or file.is_relative_to(here) else file.parent
    for folder in (start, *start.parents):
        if (folder / ".git").exists() or (folder / ".codegrex.toml").exists():
            return folder
    return start


@asynccontextmanager
async def open_house(
    args: Arguments,
    *,
    settings: Mapping[str, object] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> AsyncIterator[House]:
    """The same house the editor's server stands on, closed afterwards.

    Args:
        args: Whose flags become settings.
        settings: More settings, as if they were flags: dotted key → value.
        environ: The environment.
    """
    from codegrex_lsp import portable
    from codegrex_lsp.engine.house import House, Wishes

    wishes = Wishes(flags={**args.flags(), **(settings or {})}, environ=environ)
    house = House(portable.folders(dict(environ)), wishes, progress=_progress)
    try:
        yield house
    finally:
        await house.close()


def _progress(sentence: str) -> None:
    """What takes a while; an empty sentence says that it is over."""
    if sentence:
        talk(sentence)
