"""Credential files are read so that their values can be masked: nothing of them is ever sent."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest

from codegrex_lsp.privacy.detect.known import base64_forms, forms
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.houses import MODEL, house, wish

VALUE = "blue/42 wh" + "ale&=+%"
HARMLESS = "Kx7 is what only this file says"
KEY = "SHOP_VENDOR_SECRET"
ENV = f"# {HARMLESS}\n{KEY}='{VALUE}'\nAPP_TITLE=quokka-shop\n"


async def sent(home: Path, marked: str, **flags: object) -> str:
    """Everything that a model server received for a completion at the `|` of `marked`."""
    workspace = home / "ws"
    workspace.mkdir(exist_ok=True)
    (workspace / ".env").write_text(ENV, encoding="utf-8")
    async with (
        FakeOllama({MODEL: FakeModel(insert=True)}) as ollama,
        house(home / "codegrex", ollama, lambda sentence: None, **flags) as built,
    ):
        await built.complete(wish(workspace / "app.py", marked))
        assert any(request.body for request in ollama.server.requests)
        return "\n".join(
            f"{request.target} {request.body.decode()}" for request in ollama.server.requests
        )


@pytest.mark.parametrize("level", ["secrets", "all"])
async def test_nothing_of_a_credential_file_is_sent(tmp_path: Path, level: str) -> None:
    received = await sent(tmp_path, "import os\nx = os.environ|\n", privacy__redactLocal=level)

    assert "import os" in received
    for part in (HARMLESS, KEY, VALUE, "quokka", "env-file", *base64_forms(VALUE)):
        assert part not in received


@pytest.mark.parametrize(
    "written",
    [
        VALUE,
        quote(VALUE, safe=""),
        json.dumps(VALUE)[1:-1],
        b64encode(VALUE.encode()).decode(),
        b64encode(b"me:" + VALUE.encode()).decode(),
    ],
)
async def test_a_value_is_masked_wherever_a_document_says_it(tmp_path: Path, written: str) -> None:
    received = await sent(tmp_path, f"# once it was {written} here\nx = 1|\n")

    assert "once it was" in received
    for form in (*forms(VALUE), *base64_forms(VALUE)):
        assert form not in received
        assert json.dumps(form)[1:-1] not in received


async def test_it_is_a_wish_that_can_be_switched_off(tmp_path: Path) -> None:
    received = await sent(
        tmp_path, f"# once it was {VALUE} here\nx = 1|\n", privacy__knownSecrets=False
    )

    assert VALUE in received


async def test_a_repository_can_not_switch_it_off(tmp_path: Path) -> None:
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / ".codegrex.toml").write_text("[privacy]\nknownSecrets = false\n")

    received = await sent(tmp_path, f"# once it was {VALUE} here\nx = 1|\n")

    assert VALUE not in received
