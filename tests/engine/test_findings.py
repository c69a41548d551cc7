"""Findings of open documents come from the gate itself, in slices, and leave nothing behind."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from codegrex_lsp import portable
from codegrex_lsp.engine import findings
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.sealed import Sealed
from tests.support.houses import snapshot
from tests.support.planted import AWS, EMAIL, GITHUB, PASSWORD, pem

TEXT = f'a = "{AWS}"\n'


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    folders = portable.folders({"CODEGREX_HOME": str(tmp_path / "home")})
    built = House(folders, Wishes(environ={"HOME": str(tmp_path)}))
    yield built
    await built.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ws" / "app.py"


async def test_a_finding_says_what_and_where_and_never_the_value(house: House, file: Path) -> None:
    (found,) = await house.findings(snapshot(file, TEXT))
    assert TEXT[found.start : found.end] == AWS
    assert (found.kind, found.type) == ("secret", "aws-access-key")
    assert found.masked_for == {Destination.LOCAL}
    assert found.shown_to == frozenset()
    assert AWS not in repr(found)


async def test_findings_stand_in_order_and_a_long_value_is_one(house: House, file: Path) -> None:
    text = f'K = """\n{pem()}\n"""\nb = "{GITHUB}"\n' + TEXT
    found = await house.findings(snapshot(file, text))
    assert [one.type for one in found] == ["private-key", "github-token", "aws-access-key"]
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


async def test_the_same_value_has_the_same_placeholder_everywhere(house: House, file: Path) -> None:
    twice = await house.findings(snapshot(file, TEXT + TEXT))
    elsewhere = await house.findings(snapshot(file.with_name("b.py"), "\n" + TEXT))
    assert len({one.placeholder for one in (*twice, *elsewhere)}) == 1


async def test_a_look_teaches_nothing(house: House, file: Path) -> None:
    """Somebody who pauses within a value would have its beginning masked everywhere."""
    assert await house.findings(snapshot(file, f'password = "{PASSWORD}"\n'))
    assert await house.findings(snapshot(file, f"{PASSWORD} = 1\n")) == ()


async def test_of_a_document_that_is_closed_meanwhile_nothing_comes(
    house: House, file: Path
) -> None:
    document = snapshot(file, TEXT * 2000)
    looking = asyncio.create_task(house.findings(document))
    await asyncio.sleep(0)
    house.forget(document.uri)
    assert await looking == ()


async def test_a_look_that_nobody_waits_for_ends(house: House, file: Path) -> None:
    await house.findings(snapshot(file, TEXT))
    looking = asyncio.create_task(house.findings(snapshot(file, "\n".join(map(str, range(9000))))))
    await asyncio.sleep(0)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert house._findings._looking == {}


async def test_other_work_has_its_turn_while_a_long_document_is_looked_at(
    house: House, file: Path
) -> None:
    await house.findings(snapshot(file, TEXT))
    turns = 0

    async def other_work() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other_work())
    lines = 10 * findings.PART
    await house.findings(snapshot(file, "".join(f"x{n} = {n}\n" for n in range(lines))))
    beside.cancel()
    assert turns >= 10


@pytest.mark.parametrize("error", [DetectorFailed("it failed"), ValueError(AWS)])
async def test_a_failing_detector_shows_nothing_and_quotes_nothing(
    house: House,
    file: Path,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*given: object, **named: object) -> bool:
        raise error

    monkeypatch.setattr(Engine, "fill", fail)
    with caplog.at_level(logging.DEBUG, logger="codegrex_lsp"):
        assert await house.findings(snapshot(file, TEXT)) == ()
    assert "findings are not shown" in caplog.text
    assert AWS not in caplog.text


async def test_the_text_of_an_ignored_document_is_not_touched(house: House, file: Path) -> None:
    class Untouched(Sealed):
        def reveal(self) -> str:
            raise AssertionError("the text was touched")

    file.parent.mkdir()
    (file.parent / ".codegrexignore").write_text("app.py\n")
    kept = replace(snapshot(file, TEXT), text=Untouched(TEXT))
    assert await house.findings(kept) == ()
    nobodys = replace(kept, path=None, governed=False)
    assert await house.findings(nobodys) == ()


@pytest.mark.parametrize("text", ["\n" * findings.MOST_LINES, "x" * (findings.LARGEST + 1)])
async def test_a_document_that_is_too_large_is_left_out_with_a_code_alone(
    house: House, file: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="codegrex_lsp"):
        assert await house.findings(snapshot(file, TEXT + text)) == ()
    assert [record.getMessage() for record in caplog.records if "findings" in record.name] == [
        "findings are not shown (document-too-large)"
    ]


async def test_an_allowed_value_stays_allowed_after_a_restart(
    house: House, file: Path, tmp_path: Path
) -> None:
    document = snapshot(file, TEXT)
    (found,) = await house.findings(document)
    await house.allow(document, found)
    assert await house.findings(document) == ()
    folders = portable.folders({"CODEGREX_HOME": str(tmp_path / "home")})
    again = House(folders, Wishes(environ={"HOME": str(tmp_path)}))
    assert await again.findings(document) == ()
    assert not any(
        AWS.encode() in one.read_bytes() for one in (tmp_path / "home").rglob("*") if one.is_file()
    )
    await again.close()


async def test_what_is_masked_as_part_of_a_word_can_be_allowed(house: House, file: Path) -> None:
    document = snapshot(file, f'u = "https://x:{PASSWORD}@db.corp.io/"\nmail = "{EMAIL}"\n')
    for found in await house.findings(document):
        await house.allow(document, found)
    assert await house.findings(document) == ()
