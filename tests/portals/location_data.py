"""Location data for invented portals: a small database in MaxMind's format, version 2.0."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address

_RECORD_BYTES = 4  # a node is two records of 32 bits
_MARK = b"\xab\xcd\xefMaxMind.com"


def location_database(places: Mapping[str, tuple[str, str]]) -> bytes:
    """The database of IPv4 address -> (country by ISO 3166-1, English name of the city or "").

    The search tree has a path of 32 nodes per address; what leaves the paths is not covered.
    """
    tree: list[list[int | str | None]] = [[None, None]]
    for address in places:
        bits = f"{int(IPv4Address(address)):032b}"
        node = 0
        for bit in bits[:-1]:
            below = tree[node][int(bit)]
            if not isinstance(below, int):
                tree.append([None, None])
                below = tree[node][int(bit)] = len(tree) - 1
            node = below
        tree[node][int(bits[-1])] = address
    data = bytearray()
    offsets: dict[str, int] = {}
    for address, (country, city) in places.items():
        offsets[address] = len(data)
        record: dict[str, object] = {"country": {"iso_code": country}}
        data += _encoded(record | ({"city": {"names": {"en": city}}} if city else {}))
    count = len(tree)
    search = bytearray()
    for node_records in tree:
        for below in node_records:
            number = count if below is None else below if isinstance(below, int) else count + 16 + offsets[below]
            search += number.to_bytes(_RECORD_BYTES, "big")
    about = _control(7, 9) + b"".join(
        _encoded(name) + value
        for name, value in {
            "binary_format_major_version": _figure(5, 2),
            "binary_format_minor_version": _figure(5, 0),
            "build_epoch": _figure(9, 1),
            "database_type": _encoded("invented"),
            "description": _encoded({"en": "invented"}),
            "ip_version": _figure(5, 4),
            "languages": _control(11, 1) + _encoded("en"),
            "node_count": _figure(6, count),
            "record_size": _figure(5, _RECORD_BYTES * 8),
        }.items()
    )
    return bytes(search) + bytes(16) + bytes(data) + _MARK + about


def _encoded(value: str | Mapping[str, object]) -> bytes:
    if isinstance(value, str):
        text = value.encode()
        return _control(2, len(text)) + text
    parts = [part for pair in value.items() for part in pair]
    assert all(isinstance(part, str | Mapping) for part in parts)
    return _control(7, len(value)) + b"".join(_encoded(part) for part in parts if isinstance(part, str | Mapping))


def _figure(kind: int, value: int) -> bytes:
    """An unsigned whole number: 5 is of 16 bits, 6 of 32, 9 of 64."""
    digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return _control(kind, len(digits)) + digits


def _control(kind: int, size: int) -> bytes:
    """What stands before a value: kinds above 7 take a second byte, sizes above 28 as well."""
    if kind > 7:
        return bytes([size, kind - 7])
    return bytes([kind << 5 | 29, size - 29]) if size >= 29 else bytes([kind << 5 | size])
