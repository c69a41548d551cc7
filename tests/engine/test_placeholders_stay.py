"""Placeholders stay as they are for a folder on a machine, and are different everywhere else."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support import planted
from tests.support.houses import MODEL, house, wish

SECRETS = f'token = "{planted.GITHUB}"\npassword = "{planted.PASSWORD}"\nmail = "{planted.EMAIL}"\n'


async def placeholders(home: Path, document: Path, *, requests: int = 1) -> list[str]:
    """What a House that starts now calls the values; the same in each of its requests."""
    async with (
        FakeOllama({MODEL: FakeModel(insert=True, words=["x"])}) as ollama,
        house(home, ollama, privacy__redactLocal="all") as built,
    ):
        found = []
        for number in range(requests):
            preview = await built.preview(wish(document, f"{SECRETS}x{number} = |"))
            found.append([redaction.placeholder for redaction in preview.redactions])
    assert found == [found[0]] * requests
    return found[0]


async def test_a_value_has_the_same_placeholder_in_every_request_and_after_a_restart(
    tmp_path: Path,
) -> None:
    document = tmp_path / "shop" / "m.py"

    first = await placeholders(tmp_path / "home", document, requests=3)

    assert len(set(first)) == 3
    assert await placeholders(tmp_path / "home", document) == first


async def test_two_folders_and_two_machines_share_no_placeholder(tmp_path: Path) -> None:
    here = await placeholders(tmp_path / "home", tmp_path / "shop" / "m.py")
    folder = await placeholders(tmp_path / "home", tmp_path / "bank" / "m.py")
    machine = await placeholders(tmp_path / "other", tmp_path / "shop" / "m.py")

    assert len({*here, *folder, *machine}) == 9
