from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.egress.address import admit, declared, literal_addresses, parse
from codegrex_lsp.errors import AddressRefused, ConfigurationError
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import LOCAL_KINDS

LOCAL, CLOUD = Destination.LOCAL, Destination.CLOUD

LOCAL_URLS = [
    "http://127.0.0.1:11434",
    "http://127.0.0.1",
    "https://127.8.9.10/path",
    "http://127.0.0.1.:1",
    "http://[::1]:8080",
    "http://[0:0:0:0:0:0:0:1]:8080",
    "http://[::ffff:127.0.0.1]:1",
    "http://[::ffff:7f00:1]:1",
    "http://localhost:1",
    "HTTP://LOCALHOST:1",
    "http://localhost.:1",
    "http://ollama.localhost:1",
    "unix:/run/model.sock",
    "unix:///run/model.sock",
]

CLOUD_URLS = [
    "https://api.example.com/v1",
    "http://8.8.8.8:11434",
    "http://10.0.0.5:11434",
    "http://192.168.1.20:11434",
    "http://100.64.0.1:11434",
    "http://169.254.169.254/latest",
    "http://[fc00::1]:1",
    "http://[fe80::1]:1",
    "http://[::127.0.0.1]:1",
    "http://[64:ff9b::7f00:1]:1",
    "http://localhost.example.com",
    "http://notlocalhost",
    "http://127.0.0.1.example.com",
    "http://xn--80ak6aa92e.com",
]

UNREADABLE = {
    "http://2130706433:1": "differently",
    "http://0x7f000001:1": "differently",
    "http://0x7f.1": "differently",
    "http://0177.0.0.1:1": "differently",
    "http://127.1:1": "differently",
    "http://127.0.0.01:1": "differently",
    "http://127.0.0.256": "differently",
    "http://0": "differently",
    "http://0.0.0.0:11434": "listen on",
    "http://[::]:11434": "listen on",
    "http://[::ffff:0.0.0.0]:1": "listen on",
    "http://[fe80::1%25eth0]:1": "zone",
    "http://[::1%lo]:1": "zone",
    "http://user@127.0.0.1:1": "user name or password",
    "http://127.0.0.1:80@evil.example": "user name or password",
    "http://u:p@localhost": "user name or password",
    "http://evil.example\\@127.0.0.1": "backslash",
    "http://127.0.0.1 .evil.example": "space",
    "http://127.0.0.1\n.evil.example": "control",
    "http://\u24db\u24de\u24d2alhost": "ASCII",
    "http://\uff11\uff12\uff17.0.0.1": "ASCII",
    "http://localhost\u3002evil.example": "ASCII",
    "http://lоcalhost": "ASCII",
    "http://%6c%6f%63alhost": "host name",
    "http://": "host name",
    "http://.": "host name",
    "http://-a": "host name",
    "http://a..b": "host name",
    "http://" + "a." * 127 + "b": "host name",
    "http://[::1": "not a URL",
    "http://[not]:1": "not a URL",
    "http://127.0.0.1:99999": "not a URL",
    "http://127.0.0.1:x": "not a URL",
    "http://127.0.0.1:0": "port 0",
    "ftp://127.0.0.1": "neither http",
    "127.0.0.1:11434": "neither http",
    "localhost": "neither http",
    "": "neither http",
    "http://127.0.0.1?x=1": "query",
    "http://127.0.0.1#": "query",
    "unix:relative.sock": "socket path",
    "unix:": "socket path",
    "unix:/a%00b": "socket path",
}


@pytest.mark.parametrize("url", LOCAL_URLS)
def test_this_machine_is_local(url: str) -> None:
    assert declared(url, "ollama", ()) is LOCAL


@pytest.mark.parametrize("url", CLOUD_URLS)
def test_everything_else_is_cloud(url: str) -> None:
    assert declared(url, "ollama", ()) is CLOUD
    parse(url)  # it can be read, so it is cloud by what it says


@pytest.mark.parametrize(("url", "reason"), UNREADABLE.items())
def test_what_can_be_read_in_two_ways_is_refused_and_counts_as_cloud(url: str, reason: str) -> None:
    assert declared(url, "ollama", ()) is CLOUD
    with pytest.raises(ConfigurationError, match=reason) as caught:
        parse(url)
    assert caught.value.fix
    assert not url or url not in caught.value.message


@pytest.mark.parametrize("kind", ["openai", "anthropic", "codegrex", "unheard-of"])
def test_a_cloud_kind_is_cloud_even_on_loopback(kind: str) -> None:
    assert kind not in LOCAL_KINDS
    assert declared("http://127.0.0.1:1", kind, ()) is CLOUD


def test_the_embedded_server_needs_no_address_and_no_other_kind_may_lack_one() -> None:
    assert declared("", "embedded", ()) is LOCAL
    assert declared("https://example.com", "embedded", ()) is CLOUD
    assert declared("", "ollama", ()) is CLOUD


@pytest.mark.parametrize(
    ("url", "hosts", "expected"),
    [
        ("http://10.1.2.3", ["10.0.0.0/8"], LOCAL),
        ("http://10.1.2.3", ["10.1.2.3"], LOCAL),
        ("http://10.1.2.3", ["10.1.2.4"], CLOUD),
        ("http://[fd00::5]", ["fd00::/8"], LOCAL),
        ("http://100.100.0.1", ["100.64.0.0/10"], LOCAL),
        ("http://gpu.corp", ["gpu.corp"], LOCAL),
        ("http://GPU.corp.", ["gpu.CORP"], LOCAL),
        ("http://gpu.corp", ["corp"], CLOUD),
        ("http://gpu.corp", ["10.0.0.0/8"], CLOUD),
        ("http://8.8.8.8", ["8.8.8.8"], CLOUD),
        ("http://8.8.8.8", ["0.0.0.0/0"], CLOUD),
        ("http://169.254.169.254", ["169.254.0.0/16"], CLOUD),
        ("http://10.1.2.3", ["not a host", "10.1.2.0/24"], LOCAL),
        ("http://[::ffff:10.1.2.3]", ["10.1.2.3"], LOCAL),
    ],
)
def test_a_private_host_is_local_where_the_machine_names_it(
    url: str, hosts: list[str], expected: Destination
) -> None:
    assert declared(url, "ollama", hosts) is expected


def test_localhost_is_answered_here() -> None:
    loopback = [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    assert list(literal_addresses("localhost")) == loopback
    assert list(literal_addresses("x.localhost")) == loopback
    assert literal_addresses("gpu.corp") == ()


def test_a_named_host_is_admitted_at_private_addresses_only() -> None:
    hosts = ["gpu.corp"]
    assert [str(a) for a in admit("gpu.corp", ["10.0.0.7", "fd00::7"], LOCAL, hosts)] == [
        "10.0.0.7",
        "fd00::7",
    ]
    assert admit("gpu.corp", ["127.0.0.1"], LOCAL, hosts)
    with pytest.raises(AddressRefused):
        admit("gpu.corp", ["93.184.216.34"], LOCAL, hosts)
    with pytest.raises(AddressRefused):
        admit("gpu.corp", ["10.0.0.7"], LOCAL, [])


@pytest.mark.parametrize("stray", ["93.184.216.34", "169.254.169.254", "2606:2800::1", "0.0.0.0"])
def test_one_address_out_of_place_refuses_all(stray: str) -> None:
    with pytest.raises(AddressRefused):
        admit("gpu.corp", ["10.0.0.7", stray], LOCAL, ["gpu.corp"])


def test_the_cloud_may_be_anywhere() -> None:
    assert [str(a) for a in admit("x.com", ["1.1.1.1", "1.1.1.1", "::1"], CLOUD, ())] == [
        "1.1.1.1",
        "::1",
    ]


@given(st.text(max_size=60))
def test_any_text_is_local_cloud_or_refused_and_never_a_crash(text: str) -> None:
    for url in (text, f"http://{text}", f"unix:{text}"):
        where = declared(url, "ollama", ())
        try:
            target = parse(url)
        except ConfigurationError:
            assert where is CLOUD
        else:
            assert (where is LOCAL) == target.loopback


@given(st.lists(st.sampled_from("0123456789.xabcdf"), min_size=1, max_size=16).map("".join))
def test_what_the_system_reads_as_an_address_is_read_the_same_here_or_refused(host: str) -> None:
    """`inet_aton` is what name resolution falls back to; we must never see a name in its food."""
    try:
        meant = ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return
    try:
        target = parse(f"http://{host}")
    except ConfigurationError:
        return
    assert target.address == meant


@given(st.ip_addresses(v=4))
def test_every_ipv4_address_is_local_only_on_loopback(address: ipaddress.IPv4Address) -> None:
    where = declared(f"http://{address}", "ollama", ())
    assert (where is LOCAL) == (address in ipaddress.ip_network("127.0.0.0/8"))


HOSTS = st.sampled_from(
    ["a.example", "A.example", "a.example.", "b.example", "10.0.0.1", "[fd00::1]"]
)
PORTS = st.sampled_from(["", ":80", ":443", ":8443"])
URLS = st.builds(
    lambda scheme, host, port, path: f"{scheme}://{host}{port}{path}",
    st.sampled_from(["http", "https", "HTTPS"]),
    HOSTS,
    PORTS,
    st.sampled_from(["", "/", "/v1", "/v1/"]),
) | st.sampled_from(["unix:/a", "unix:///a", "unix:/b"])


@given(URLS, URLS)
def test_two_addresses_have_one_origin_only_where_scheme_host_and_port_are_the_same(
    one: str, other: str
) -> None:
    first, second = parse(one), parse(other)
    same = [(target.scheme, target.host, target.port, target.socket) for target in (first, second)]
    assert (first.origin == second.origin) == (same[0] == same[1])
    assert parse(first.origin).origin == first.origin
