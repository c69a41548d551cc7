"""What no file of the repository may contain."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.toolbox import CHECKOUT

REGISTRY_LOCK_FIELDS = ('"resolved":', "registry.npmjs", "files.pythonhosted")
MACHINE_PATHS = re.compile(r"(?<!\w)/" + r"work/(?:main|shared|\.)")
GENERATED = {"vscode-client/package-lock.json"}


def tracked() -> list[str]:
    """Names of the files under version control; a copy without it has nothing to check."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("other platform: this copy is not under version control")
    return [name for name in listed.stdout.split("\0") if (CHECKOUT / name).is_file()]


def texts() -> Iterator[tuple[str, str]]:
    for name in tracked():
        content = (CHECKOUT / name).read_bytes()
        if b"\0" not in content:
            yield name, content.decode("utf-8")


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    named = [name for name, text in texts() if MACHINE_PATHS.search(text)]
    assert named == []


def test_the_lock_file_names_no_registry() -> None:
    lock = (CHECKOUT / "vscode-client/package-lock.json").read_text()
    assert [word for word in REGISTRY_LOCK_FIELDS if word in lock] == []
    assert json.loads(lock)["packages"]


# The plug-ins for formats that belong to one vendor: they do not guess, so a find is a fact.
VENDOR_RULES = (
    "ArtifactoryDetector AWSKeyDetector AzureStorageKeyDetector DiscordBotTokenDetector "
    "GitHubTokenDetector GitLabTokenDetector JwtTokenDetector MailchimpDetector NpmDetector "
    "OpenAIDetector PrivateKeyDetector PypiTokenDetector SendGridDetector SlackDetector "
    "SquareOAuthDetector StripeDetector TelegramBotTokenDetector TwilioKeyDetector"
)


def test_no_file_contains_a_credential() -> None:
    from detect_secrets.core import scan
    from detect_secrets.settings import transient_settings

    rules = {"plugins_used": [{"name": name} for name in VENDOR_RULES.split()], "filters_used": []}
    with transient_settings(rules):
        found = [
            f"{name}:{number}"
            for name, text in texts()
            if name not in GENERATED
            for number, line in enumerate(text.splitlines(), 1)
            if any(scan.scan_line(line))
        ]
    assert found == []


def test_the_scan_for_credentials_would_find_one() -> None:
    from detect_secrets.core import scan
    from detect_secrets.settings import transient_settings

    line = "key = " + "AK" + "IA" + "QWERTYUIOPASDFGH"
    with transient_settings({"plugins_used": [{"name": "AWSKeyDetector"}], "filters_used": []}):
        assert any(scan.scan_line(line))


@pytest.mark.parametrize("name", ["codegrex_lsp", "vscode-client/src"])
def test_source_files_stay_small(name: str) -> None:
    """A file that does not fit a few screens does more than one thing."""
    long = [
        file.relative_to(CHECKOUT).as_posix()
        for file in (CHECKOUT / name).rglob("*.*")
        if file.suffix in {".py", ".ts"} and len(file.read_text().splitlines()) > 500
    ]
    assert long == []


def test_relative_links_in_documents_lead_somewhere() -> None:
    broken = [
        f"{name}: {target}"
        for name, text in texts()
        if name.endswith(".md")
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
        if not (CHECKOUT / Path(name).parent / target).exists()
    ]
    assert broken == []
