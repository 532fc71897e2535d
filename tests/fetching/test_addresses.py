"""The address guard, a line an address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetching.addresses import refusal

NAT64 = IPv6Network("64:ff9b::/96")  # judged by its inside
PUBLIC = (
    "1.1.1.1", "8.8.8.8", "93.184.215.14", "192.0.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1",
    "198.17.255.255", "198.20.0.1", "169.253.1.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::200e",
    "2001:200::1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2620:4f:8000::1",
)  # fmt: skip
REFUSED = (
    ("0.0.0.0", "unspecified"),
    ("0.1.2.3", "unspecified"),
    ("10.255.255.255", "private"),
    ("100.64.0.1", "shared by a carrier's customers"),
    ("100.127.255.255", "shared by a carrier's customers"),
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("169.254.169.254", "link-local"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.0.0.170", "reserved for protocols"),
    ("192.0.2.1", "for documentation"),
    ("192.168.0.1", "private"),
    ("198.18.0.1", "for benchmarks"),
    ("198.19.255.255", "for benchmarks"),
    ("198.51.100.1", "for documentation"),
    ("203.0.113.1", "for documentation"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.255", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("::8.8.8.8", "an IPv4-compatible form"),
    ("::ffff:127.0.0.1", "loopback"),
    ("::ffff:10.0.0.1", "private"),
    ("64:ff9b::127.0.0.1", "loopback"),
    ("64:ff9b::169.254.169.254", "link-local"),
    ("64:ff9b:1::8.8.8.8", "a local NAT64 form"),
    ("2002:7f00:1::", "loopback"),
    ("2002:a00:1::", "private"),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"),
    ("2001:2::1", "for benchmarks"),
    ("2001:10::1", "reserved for protocols"),
    ("2001:db8::1", "for documentation"),
    ("3fff:123::1", "for documentation"),
    ("100::1", "a discard prefix"),
    ("5f00::1", "for segment routing"),
    ("fc00::1", "unique-local"),
    ("fdff::1", "unique-local"),
    ("fe80::1", "link-local"),
    ("fe80::1%eth0", "link-local"),
    ("fec0::1", "site-local"),
    ("ff02::1", "multicast"),
    ("ff0e::1", "multicast"),
    ("4000::1", "reserved"),
    ("1fff::1", "reserved"),
)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize(("address", "what"), REFUSED)
def test_refused(address: str, what: str) -> None:
    assert refusal(address) == what


@pytest.mark.parametrize(("address", "what"), REFUSED)
def test_opened_by_name(address: str, what: str) -> None:
    assert refusal(address, (ip_network(address.partition("%")[0]),)) is None


def test_an_opened_network_is_open_in_wrapped_forms_too_and_no_further() -> None:
    loopback = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
    opened = [address for address, _ in REFUSED if refusal(address, loopback) is None]
    assert opened == [
        "127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::",
    ]  # fmt: skip


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_passes(address: IPv4Address | IPv6Address) -> None:
    """The standard library misses several forms, but knows no private one that we let through."""
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if address not in NAT64 and not (inner or address).is_global:
        assert refusal(str(address)) is not None
