"""The sample workspace of `demo`: shipped files, with secrets that are made up on the spot.

No credential stands in any file of the project; each is put together from parts when the demo
runs, differs each time, and opens nothing.
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from pathlib import Path

SHIPPED = Path(__file__).parent.parent / "share" / "demo"
CURSOR = "@@CURSOR@@"


@dataclass(frozen=True, slots=True)
class Sample:
    """A copy of the workspace.

    Attributes:
        folder: Its root.
        document: The file that the demo edits.
        text: What is in it.
        cursor: Offset in characters where the suggestion is wanted.
        planted: Every made-up value in `document`.
    """

    folder: Path
    document: Path
    text: str = field(repr=False)
    cursor: int
    planted: tuple[str, ...] = field(repr=False)

    @property
    def ignored(self) -> tuple[Path, ...]:
        """Files that are open in the editor too and must not be read."""
        return (self.folder / ".env", self.folder / "customer_export.csv")

    @property
    def neighbour(self) -> Path:
        """An open file that helps."""
        return self.folder / "shop" / "prices.py"


def copy_to(folder: Path) -> Sample:
    """Lay the workspace out below `folder`, which must not exist yet. Raises OSError."""
    values = _made_up()
    for source in sorted(SHIPPED.rglob("*.sample")):
        target = folder / source.relative_to(SHIPPED).with_suffix("")
        if target.name == "codegrexignore":
            target = target.with_name(".codegrexignore")
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(f"@@{name}@@", value)
        _write(target, text)
    _write(folder / ".env", f"PAYMENTS_API_KEY={values['PAYMENTS_KEY']}\n")
    (folder / ".git").mkdir()  # as in a real project, the top of the workspace is plain to see
    document = folder / "shop" / "orders.py"
    marked = document.read_text(encoding="utf-8")
    cursor = marked.index(CURSOR)
    text = marked.replace(CURSOR, "")
    _write(document, text)
    return Sample(folder, document, text, cursor, tuple(values.values()))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _made_up() -> dict[str, str]:
    """Values of the right shape, from the names in the shipped files."""
    return {
        "AWS_KEY": "AKIA" + _random(string.ascii_uppercase + "234567", 16),
        "PAYMENTS_KEY": "sk" + "_live_" + _random(string.ascii_letters + string.digits, 24),
        "EMAIL": "@".join(("ada." + _random(string.ascii_lowercase, 6), "codegrex.com")),
    }


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))
