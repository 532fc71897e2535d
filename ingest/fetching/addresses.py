"""Which addresses the program may connect to: public unicast ones, and what `allow_networks` opens.

`ipaddress.is_global` alone is no guard: it lets multicast, 6to4, NAT64 and deprecated ranges through and changes
between Python versions. So the ranges stand here, from IANA's special-purpose registries (RFC 6890 and later).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network

_REFUSED_V4 = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier's customers"),  # RFC 6598
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),  # RFC 7526
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "for benchmarks"),  # RFC 2544
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")  # all global unicast there is; what lies outside is named if it has a name
_REFUSED_V6 = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "an IPv4-compatible form"),  # deprecated by RFC 4291, 2.5.5.1
        ("64:ff9b:1::/48", "a local NAT64 form"),  # RFC 8215
        ("100::/64", "a discard prefix"),
        ("2001::/32", "Teredo"),  # RFC 4380
        ("2001:2::/48", "for benchmarks"),
        ("2001:db8::/32", "for documentation"),
        ("2001::/23", "reserved for protocols"),
        ("3fff::/20", "for documentation"),  # RFC 9637
        ("5f00::/16", "for segment routing"),
        ("fc00::/7", "unique-local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: what an IPv6-only network reaches IPv4 by


@lru_cache(maxsize=4_096)
def refusal(address: str, allowed: tuple[_Network, ...] = ()) -> str | None:
    """Why `address` (an IP address in text) is not connected to, None if it may be.

    An IPv4 address wrapped in IPv6 (v4-mapped, NAT64, 6to4) is judged as itself.

    >>> refusal("93.184.215.14") is None
    True
    >>> refusal("::ffff:127.0.0.1")
    'loopback'
    >>> refusal("127.0.0.1", (IPv4Network("127.0.0.0/8"),)) is None
    True
    """
    outer = ip_address(address.partition("%")[0])
    inner = _unwrapped(outer)
    if is_allowed(address, allowed):
        return None
    if isinstance(inner, IPv4Address):
        return _named(inner, _REFUSED_V4)
    return _named(inner, _REFUSED_V6) or (None if inner in _PUBLIC_V6 else "reserved")


@lru_cache(maxsize=4_096)
def is_allowed(address: str, allowed: tuple[_Network, ...]) -> bool:
    """Whether `address`, or the one wrapped in it, lies in one of the `allowed` networks."""
    outer = ip_address(address.partition("%")[0])
    inner = _unwrapped(outer)
    return any(outer in network or inner in network for network in allowed)


def _unwrapped(address: _Address) -> _Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _named(address: _Address, table: Iterable[tuple[_Network, str]]) -> str | None:
    return next((what for network, what in table if address in network), None)
