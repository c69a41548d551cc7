"""Credential files: what is read, what is not, and when it is read again."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from codegrex_lsp.settings import files
from codegrex_lsp.state import credential_formats as formats
from codegrex_lsp.state import credentials
from codegrex_lsp.state.credentials import Credentials
from codegrex_lsp.values.apikey import ApiKey

A = "a8f3k29d" + "k3k2lsk39x"
B = "Zk9xT2pL" + "q8vWm3Rb7"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "ws").mkdir()
    return tmp_path / "ws"


def known(workspace: Path, clock: Clock | None = None, **environ: str) -> dict[str, str]:
    found = Credentials(workspace.parent / "home", environ, clock or Clock()).current([workspace])
    return {secret.value: secret.source for secret in found}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "name", [".env", ".env.local", ".envrc", "api/.env", "packages/api/.env.production"]
)
def test_env_files_of_the_workspace_are_read(workspace: Path, name: str) -> None:
    write(workspace / name, f'export API_TOKEN="{A}"\nDEBUG=true\nOTHER={B} # of the shop\n')

    assert known(workspace) == {A: "env-file", B: "env-file"}


@pytest.mark.parametrize(
    "name", [".env.example", ".env.sample", "node_modules/x/.env", "a/b/c/.env", "env", ".git/.env"]
)
def test_examples_and_far_places_are_not(workspace: Path, name: str) -> None:
    write(workspace / name, f"API_TOKEN={A}\n")

    assert known(workspace) == {}


def test_the_password_of_a_url_counts_and_the_url_does_not(workspace: Path) -> None:
    write(workspace / ".env", f"DATABASE_URL=postgres://app:{A}@db.corp:5432/shop\n")

    assert known(workspace) == {A: "env-file"}


def test_each_line_of_a_private_key_counts(workspace: Path) -> None:
    line = "MIIEpAIBAAKCAQEA" + "q7Zw2Xe9Rc4Vt1By"
    write(workspace / ".env", f'KEY="-----BEGIN X-----\\n{line}\\n-----END X-----"\n')

    assert line in known(workspace)


@pytest.mark.parametrize(
    ("name", "text", "source"),
    [
        (".netrc", f"machine h login bob\n  password {A}\n", "netrc"),
        (".npmrc", f"//registry.corp/:_authToken={A}\n", "npmrc"),
        (".pypirc", f"[pypi]\nusername = __token__\npassword = {A}\n", "pypirc"),
        (".aws/credentials", f"[default]\naws_secret_access_key = {A}\n", "aws"),
        (".config/gh/hosts.yml", f"github.com:\n    oauth_token: {A}\n", "gh"),
        (
            ".config/gcloud/application_default_credentials.json",
            json.dumps({"type": "authorized_user", "refresh_token": A}),
            "gcloud",
        ),
    ],
)
def test_the_person_s_own_files_are_read(
    workspace: Path, name: str, text: str, source: str
) -> None:
    write(workspace.parent / "home" / name, text)

    assert known(workspace) == {A: source}


def test_docker_s_auth_counts_whole_and_as_the_password_in_it(workspace: Path) -> None:
    auth = b64encode(f"bob:{A}".encode()).decode()
    write(
        workspace.parent / "home/.docker/config.json", json.dumps({"auths": {"r": {"auth": auth}}})
    )

    assert set(known(workspace)) == {A, auth}


def test_variables_count_where_their_name_says_so(workspace: Path) -> None:
    found = known(workspace, DEPLOY_TOKEN=A, PATH=f"/usr/bin:/{B}", LANG="en_US.UTF-8", SHELL=B)

    assert found == {A: "environment"}


def test_a_link_out_of_the_workspace_is_not_followed(workspace: Path) -> None:
    write(workspace.parent / "elsewhere", f"API_TOKEN={A}\n")
    write(workspace / "inside", f"API_TOKEN={B}\n")
    try:
        (workspace / ".env").symlink_to(workspace.parent / "elsewhere")
        (workspace / ".env.local").symlink_to(workspace / "inside")
    except OSError:
        pytest.skip("other platform: no links here")

    assert known(workspace) == {B: "env-file"}


@pytest.mark.parametrize("content", [b"\xff\xfe\0\0", b"{", b"[" * 50_000, b"=\n=\n", b""])
def test_a_broken_file_is_as_good_as_absent(workspace: Path, content: bytes) -> None:
    for name in (".netrc", ".docker/config.json"):
        path = workspace.parent / "home" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (workspace / ".env").write_bytes(content)
    (workspace / ".env.local").mkdir()

    assert known(workspace) == {}


def test_a_file_that_is_too_large_is_not_read(workspace: Path) -> None:
    write(workspace / ".env", f"API_TOKEN={A}\n" + "#" * credentials.LARGEST)

    assert known(workspace) == {}


def test_a_changed_file_counts_at_the_next_look_and_an_unchanged_one_is_not_read_again(
    workspace: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Path] = []
    real = files.read_bytes

    def counted(path: Path, longest: int) -> bytes | None:
        if path.name == ".env":
            reads.append(path)
        return real(path, longest)

    monkeypatch.setattr(credentials, "read_bytes", counted)
    write(workspace / ".env", f"API_TOKEN={A}\n")
    reader = Credentials(workspace.parent / "home", {}, clock)

    first = reader.current([workspace])
    clock.now += 2
    assert reader.current([workspace]) is first
    assert len(reads) == 1

    write(workspace / ".env", f"API_TOKEN={B}\n")
    os.utime(workspace / ".env", ns=(1, 1))
    assert reader.current([workspace]) is first  # within a second nobody looks
    clock.now += 2
    assert {secret.value for secret in reader.current([workspace])} == {B}


def test_a_new_file_is_found(workspace: Path, clock: Clock) -> None:
    reader = Credentials(workspace.parent / "home", {}, clock)
    assert reader.current([workspace]) == frozenset()

    write(workspace / ".env", f"API_TOKEN={A}\n")
    clock.now += credentials.LIST_EVERY_S

    assert {secret.value for secret in reader.current([workspace])} == {A}


def test_no_value_shows(workspace: Path) -> None:
    write(workspace / ".env", f"API_TOKEN={A}\n")
    reader = Credentials(workspace.parent / "home", {"DEPLOY_TOKEN": B}, Clock())

    assert A not in f"{reader!r} {reader.current([workspace])!r}"
    assert B not in f"{reader!r} {reader.current([workspace])!r}"


def test_bytes_of_the_environment_that_are_no_text_do_no_harm(workspace: Path) -> None:
    assert known(workspace, APP_TOKEN=B + "\udcff", OTHER_TOKEN=A) == {A: "environment"}


def test_no_repository_can_make_its_env_files_a_burden(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = f"KEY={'#' * 1_000}\n"
    write(workspace / ".env", f"API_KEY={A}\n")
    for number in range(20):
        write(workspace / f"{number:02}" / ".env", line * 200)
    write(workspace / "99" / ".env", f"API_KEY={B}\n" + line * 200)
    read: list[int] = []
    parse = formats.lines

    def watched(text: str) -> Iterator[formats.Pair]:
        read.append(len(text))
        return parse(text)

    monkeypatch.setattr(formats, "lines", watched)

    assert known(workspace) == {A: "env-file"}
    assert sum(read) <= credentials.ALL_TOGETHER


def test_the_persons_own_keys_of_providers_count_at_once_and_whatever_they_look_like(
    workspace: Path, clock: Clock
) -> None:
    keys: list[tuple[ApiKey, ...]] = [()]
    home = workspace.parent / "home"
    reader = Credentials(home, {}, clock, own=lambda: keys[0])
    assert reader.current([workspace]) == frozenset()
    plain = "plainwordsofakey" + "andnothingelse"
    keys[0] = (ApiKey(plain), ApiKey("short"))
    found = reader.current([workspace])
    assert {(one.value, one.source) for one in found} == {(plain, "api-key")}
    assert plain not in repr(found) + repr(vars(reader))
    assert reader.current([workspace]) is found
