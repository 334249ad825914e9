"""Whether an IP address belongs to the open internet."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

NAT64 = IPv6Network("64:ff9b::/96")


def private_address(address: str) -> bool:
    """True for an address that a public page cannot have: loopback, private, link-local, CGNAT, multicast, unspecified.

    An IPv4 address inside an IPv6 one (mapped, 6to4, Teredo, NAT64) is judged as the IPv4 address that it leads to.
    """
    ip = ip_address(address.partition("%")[0])
    return any(not one.is_global or one.is_multicast for one in _judged_addresses(ip))


def _judged_addresses(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    if isinstance(ip, IPv4Address):
        return (ip,)
    if ip.ipv4_mapped is not None:
        return (ip.ipv4_mapped,)
    if ip in NAT64:
        return (IPv4Address(int(ip) & 0xFFFFFFFF),)
    inside = [v4 for v4 in (ip.sixtofour, *(ip.teredo or ())) if v4 is not None]
    return (ip, *inside)
