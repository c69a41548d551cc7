"""Who is believed: the system's certificates and the company's beside them, and nobody else."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from codegrex_lsp.egress import tls
from codegrex_lsp.errors import ConfigurationError, Unreachable
from codegrex_lsp.settings.model import Network
from codegrex_lsp.values.mode import Destination
from tests.fakes.http import FakeServer
from tests.support.doors import bench, provider

pytestmark = pytest.mark.usefixtures("every_name_is_this_machine")
Tls = Callable[..., ssl.SSLContext]
Ask = Callable[..., Awaitable[bytes]]
NAME = "api.example.test"


@pytest.fixture(params=[False, True], ids=["files of the distribution", "the system judges"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of believing; on Linux, truststore reads the same files."""
    made = tls.context
    monkeypatch.setattr(tls, "context", lambda path: made(path, system_judges=request.param))


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The authority that the operating system knows, and it knows no other."""
    known = trustme.CA()
    known.cert_pem.write_to_path(str(tmp_path / "system.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "system.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nothing"))
    return known


@pytest.mark.usefixtures("way")
async def test_the_bundle_counts_beside_the_systems_certificates(
    tmp_path: Path, system: trustme.CA, identity: Tls, bundle: str, ask: Ask
) -> None:
    theirs = FakeServer(tls=identity(by=system))
    async with theirs, FakeServer(tls=identity()) as ours, bench(tmp_path) as b:
        b.network = Network(ca_bundle=bundle)
        assert await ask(b, theirs) == b"ok"
        assert await ask(b, ours) == b"ok"


@pytest.mark.usefixtures("way", "system")
async def test_without_the_bundle_the_company_is_unknown(
    tmp_path: Path, identity: Tls, ask: Ask
) -> None:
    async with FakeServer(tls=identity()) as server, bench(tmp_path) as b:
        with pytest.raises(Unreachable) as caught:
            await ask(b, server)
        assert caught.value.code == "tls-failed"
        assert "network.caBundle" in caught.value.fix
        assert server.requests == []


PAST = datetime.now(UTC) - timedelta(days=2)
FLAWS = {
    "another name": {"name": "other.example.test"},
    "a name above": {"name": "example.test"},
    "too old": {"not_before": PAST - timedelta(days=9), "not_after": PAST},
    "not yet": {"not_before": datetime.now(UTC) + timedelta(days=2)},
    "unknown authority": {"by": trustme.CA()},
}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("flaw", FLAWS)
async def test_a_server_that_does_not_prove_who_it_is_gets_nothing(
    tmp_path: Path, identity: Tls, bundle: str, ask: Ask, flaw: str
) -> None:
    async with FakeServer(tls=identity(**FLAWS[flaw])) as server, bench(tmp_path) as b:
        b.network = Network(ca_bundle=bundle)
        b.secret = ("authorization", "Bearer canary")
        with pytest.raises(Unreachable) as caught:
            await ask(b, server)
        assert caught.value.code == "tls-failed"
        assert server.requests == []


@pytest.mark.usefixtures("way")
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(("newest", "spoken"), [("TLSv1_1", False), ("TLSv1_2", True)])
async def test_tls_older_than_1_2_is_not_spoken(
    tmp_path: Path, identity: Tls, bundle: str, ask: Ask, newest: str, spoken: bool
) -> None:
    old = identity()
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1_1
    old.maximum_version = ssl.TLSVersion[newest]
    async with FakeServer(tls=old) as server, bench(tmp_path) as b:
        b.network = Network(ca_bundle=bundle)
        if spoken:
            assert await ask(b, server) == b"ok"
            return
        with pytest.raises(Unreachable) as caught:
            await ask(b, server)
        assert caught.value.code == "tls-failed"
        assert server.requests == []


@pytest.mark.parametrize("system_judges", [False, True])
def test_name_and_certificate_are_always_checked(bundle: str, system_judges: bool) -> None:
    context = tls.context(bundle, system_judges=system_judges)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.usefixtures("way")
async def test_session_keys_are_not_written_where_the_environment_says(
    tmp_path: Path, identity: Tls, bundle: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    async with FakeServer(tls=identity()) as server, bench(tmp_path) as b:
        b.network = Network(ca_bundle=bundle)
        assert await ask(b, server) == b"ok"
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "is not there"),
        (b"", "can not be read as certificates"),
        (b"\x00 not a certificate", "can not be read as certificates"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "can not be read"),
    ],
)
@pytest.mark.usefixtures("way")
async def test_a_ca_bundle_that_can_not_be_read_is_named(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    async with bench(tmp_path, network=Network(ca_bundle=str(path))) as b:
        with pytest.raises(ConfigurationError, match=rf"network\.caBundle {told}") as caught:
            to = provider(f"https://{NAME}", "openai")
            await b.read(provider=to, destination=Destination.CLOUD)
    assert str(tmp_path) not in caught.value.message + caught.value.fix


def test_a_bundle_in_the_current_folder_is_not_believed(
    bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(bundle).parent)
    with pytest.raises(ConfigurationError, match="whole path"):
        tls.context(Path(bundle).name)


def paths(cafile: str | None, capath: str | None) -> ssl.DefaultVerifyPaths:
    return ssl.DefaultVerifyPaths(cafile, capath, "", "", "", "")


def test_a_linux_without_certificates_takes_those_that_came_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "README").touch()
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths(None, str(tmp_path)))
    monkeypatch.setattr(tls, "_FILES", (str(tmp_path / "none.pem"),))
    assert tls.store() == "those that come with CodeGrex"
    assert tls.context("", system_judges=False).cert_store_stats()["x509_ca"] > 50


def test_a_distribution_whose_file_openssl_does_not_know_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bundle: str
) -> None:
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths(None, None))
    monkeypatch.setattr(tls, "_FILES", (str(tmp_path / "none.pem"), bundle))
    assert tls.store() == "the system's"
    assert tls.context("", system_judges=False).cert_store_stats()["x509_ca"] == 1


def test_a_folder_of_hashed_certificates_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths(None, str(tmp_path)))
    monkeypatch.setattr(tls, "_FILES", ())
    assert tls.store() == "those that come with CodeGrex"
    (tmp_path / "0a1b2c3d.0").touch()
    assert tls.store() == "the system's"
