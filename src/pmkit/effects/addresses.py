"""
Which addresses on the internet may be called: no own, internal or special ones.

The lists are our own, since those of `ipaddress` change with the version of Python and
call some dangerous addresses global.  Sources: the special-purpose registries
https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from pmkit.core.plugin_errors import AddressRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host on this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host of virtual machines on Azure
        "169.254.0.0/16",  # link-local, and metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # multicast tunnels
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
#: The only IPv6 addresses that lead to a host on the internet, and what is not one.
_UNICAST = ipaddress.IPv6Network("2000::/3")
_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # a test network that is over
        "3fff::/20",  # documentation
    )
)
#: Interface ids that carry an IPv4 address of a tunnel (RFC 5214).
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
#: What resolvers of operating systems read as a number: 127.1, 0x7f.1, 2130706433.
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]*|\d+)")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST_NAME = 253


def forbidden(address: str) -> bool:
    """
    Tell whether an address must not be called.

    Args:
        address: An IPv4 or IPv6 address.

    Returns:
        True also for what is no address.

    Examples:
        >>> forbidden("169.254.169.254"), forbidden("::ffff:10.0.0.1")
        (True, True)
        >>> forbidden("8.8.8.8")
        False
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return True
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return _forbidden_v6(found)
        found = found.ipv4_mapped
    return any(found in network for network in _V4)


def _forbidden_v6(address: ipaddress.IPv6Address) -> bool:
    if address.scope_id is not None or address not in _UNICAST:
        return True
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return True
    return any(address in network for network in _V6)


def is_literal(host: str) -> bool:
    """
    Tell whether a host is an address and not a name.

    Args:
        host: A host, without brackets.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def check_name(host: str) -> None:
    """
    Refuse a host that is neither an address nor a proper name.

    Args:
        host: A host in lower case, without brackets.

    Raises:
        pmkit.AddressRefusedError: If a resolver could read it as something else.
    """
    labels = host.lower().split(".")
    proper = len(host) <= _LONGEST_NAME and all(map(_LABEL.fullmatch, labels))
    if not proper or _NUMBER.fullmatch(labels[-1]):
        raise _refused()


def check_all(addresses: Iterable[str]) -> None:
    """
    Refuse a name if any of its addresses must not be called.

    Args:
        addresses: All that it resolves to.

    Raises:
        pmkit.AddressRefusedError: If one of them must not be called.
    """
    if any(forbidden(address) for address in addresses):
        raise _refused()


def _refused() -> AddressRefusedError:
    msg = "The plugin calls a host that is not on the public internet."
    remedy = "Only a sandbox instance can name such a host, as an exception."
    return AddressRefusedError(msg, remedy=remedy)
