"""Every document is governed by the file behind it, or by nothing and withheld."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegrex_lsp.lsp.uris import UNGOVERNED, Governor, governor, to_path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///src/a.py", "/src/a.py"),
        ("FILE:///src/a.py", "/src/a.py"),
        ("file://localhost/src/a.py", "/src/a.py"),
        ("file:///src/a%20b%23c%3Fd.py", "/src/a b#c?d.py"),
        ("file:///src/a;b.py", "/src/a;b.py"),
        ("file:///src/%C3%A9.py", "/src/é.py"),
        ("file:///src/../.env", "/src/../.env"),
        ("untitled:/src/new.py", "/src/new.py"),
        ("untitled:///src/new.py", "/src/new.py"),
        ("untitled:%2Fsrc%2F.env", "/src/.env"),
        (
            "git:/src/a.py?%7B%22path%22%3A%22%2Fsrc%2F.env%22%2C%22ref%22%3A%22HEAD%22%7D",
            "/src/.env",
        ),
        ("git:/src/a.py", "/src/a.py"),
        ("git:/src/a.py?not-json", "/src/a.py"),
        ("vscode-notebook-cell:/src/n.ipynb#W0sZmlsZQ%3D%3D", "/src/n.ipynb"),
        ("vscode-notebook-cell://ssh-remote/src/n.ipynb#X", "/src/n.ipynb"),
    ],
)
def test_the_file_behind_a_document_governs_it(uri: str, path: str) -> None:
    assert governor(uri) == Governor(Path(path), True)


@pytest.mark.parametrize(
    "name", ["Untitled-1", "Sin%20t%C3%ADtulo-1", "new.py", ".env.example", ""]
)
def test_an_untitled_document_needs_no_file(name: str) -> None:
    assert governor(f"untitled:{name}") == Governor(None, True)


@pytest.mark.parametrize("name", [".env", "%2Eenv", "app/.ENV.local", "app%5Cid_rsa", ".env%20"])
def test_an_untitled_document_with_the_name_of_a_secret_file_is_withheld(name: str) -> None:
    assert governor(f"untitled:{name}") == UNGOVERNED


def test_an_untitled_document_on_a_drive_is_governed_by_its_path() -> None:
    found = governor("untitled:c:%5Csrc%5C.env")

    assert found.path is not None and found.path.name.endswith(".env")


@pytest.mark.parametrize(
    "uri",
    [
        "output:extension-output",
        "vscode-settings:/settings",
        "https://example.org/a.py",
        "memfs:/src/a.py",
        "vscode-notebook-cell:Untitled-1.ipynb#X",
        "file:///src/a%00.py",
        "file:///src/a%FF.py",
        "file:relative.py",
        "untitled:a%FF.py",
        "http://[broken",
        "",
        "no scheme at all",
    ],
)
def test_a_document_without_a_file_behind_it_is_ungoverned(uri: str) -> None:
    assert governor(uri) == UNGOVERNED


def test_a_folder_may_be_named_by_path_or_uri() -> None:
    assert to_path("/src") == to_path("file:///src") == Path("/src")
    assert to_path("src") is None
    assert to_path("untitled:x") is None
