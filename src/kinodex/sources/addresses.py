"""
Which addresses on the internet a download may go to: a table of our own.

``ipaddress.is_global`` lets multicast, NAT64, 6to4 and some metadata addresses pass, and changes between
versions of Python. The blocks are those of the IANA special-purpose address registries (RFC 6890 and later).
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

IpAddress = IPv4Address | IPv6Address

_CLOSED_V4 = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ip_network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_METADATA = tuple(
    ip_network(block)
    for block in (
        "169.254.0.0/16",  # link-local: AWS, Azure, Google Cloud and others answer here
        "100.100.100.200/32",  # Alibaba Cloud
        "168.63.129.16/32",  # Azure; in public space, so no other row covers it
        "192.0.0.192/32",  # Oracle Cloud
        "fd00:ec2::/32",  # AWS
        "fd20:ce::254/128",  # Google Cloud
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_CARRIES_V4 = (_NAT64, IPv6Network("::/96"), IPv6Network("::ffff:0:0:0/96"))


def is_public(address: IpAddress) -> bool:
    """Return whether an address belongs to the open internet; mapped IPv4 is judged as IPv4."""
    plain = unmapped(address)
    if is_metadata(plain):
        return False
    if isinstance(plain, IPv4Address):
        return not any(plain in block for block in _CLOSED_V4)
    return plain.scope_id is None and plain in _OPEN_V6 and not any(plain in block for block in _CLOSED_V6)


def is_metadata(address: IpAddress) -> bool:
    """Return whether a cloud hands out credentials there; such an address is refused even if allow-listed."""
    return any(form in block for form in _forms(address) for block in _METADATA)


def is_synthesised(address: IpAddress) -> bool:
    """Return whether a DNS64 resolver made the address up from an IPv4 one (RFC 6147)."""
    return address in _NAT64


def unmapped(address: IpAddress) -> IpAddress:
    """Return the IPv4 address inside ``::ffff:0:0/96``, else the address itself."""
    if isinstance(address, IPv6Address) and address.scope_id is None and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def read_address(text: str) -> IpAddress | None:
    """Return the address a text is, in its strict form, or ``None``."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def spelled(address: IpAddress) -> str:
    """Return an address as the URL standard writes it; Python 3.13 writes mapped ones in another way."""
    if isinstance(address, IPv6Address) and (inside := address.ipv4_mapped) is not None:
        return f"::ffff:{int(inside) >> 16:x}:{int(inside) & 0xFFFF:x}"
    return str(address)


def _forms(address: IpAddress) -> tuple[IpAddress, ...]:
    plain = unmapped(address)
    if isinstance(plain, IPv4Address):
        return (plain,)
    if plain.sixtofour is not None:
        return (plain, plain.sixtofour)
    if any(plain in block for block in _CARRIES_V4):
        return (plain, IPv4Address(int(plain) & 0xFFFFFFFF))
    return (plain,)
