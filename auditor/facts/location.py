"""Where the host of a portal stands, as far as the addresses in the archive and the configured location data tell."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import maxminddb

from auditor.archive import Archive
from auditor.config import Config
from auditor.text import words
from auditor.urls import host_of
from auditor.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Place:
    """The location of one IP address; `country` is ISO 3166-1, `city` in folded words, both "" when unknown."""

    address: str
    country: str
    city: str


@dataclass(frozen=True, slots=True)
class Location:
    """`configured` tells whether there is location data at all; `delivery_network` names a CDN before the host."""

    addresses: tuple[str, ...]
    places: tuple[Place, ...]
    configured: bool
    delivery_network: str | None


def read(archive: Archive, config: Config, vocabulary: Vocabulary) -> Location:
    """Looks every address of the host up in the MaxMind-format database of `location.database`."""
    addresses = archive.end.addresses
    host = host_of(archive.end.final_url or archive.unit.url or "")
    if not addresses:
        known = config.network.hosts.get(host) or config.network.hosts.get(f"www.{host}")
        addresses = (known,) if known else ()
    network = _delivery_network(archive, addresses, vocabulary)
    database = config.location.database
    if database is None or not Path(database).is_file():
        return Location(addresses, (), False, network)
    with maxminddb.open_database(database) as reader:
        places = tuple(_place(address, reader.get(address)) for address in addresses)
    return Location(addresses, places, True, network)


def _delivery_network(archive: Archive, addresses: tuple[str, ...], vocabulary: Vocabulary) -> str | None:
    """The content delivery network that answers for the host, told by its headers or its address ranges."""
    pages = [capture for capture in archive.captures if capture.role == "page"][:3]
    for cdn in vocabulary.hosts.cdns:
        for capture in pages:
            for name, pattern in cdn.headers.items():
                value = capture.header(name.lower())
                if value is not None and pattern.search(value):
                    return cdn.name
        if any(ip_address(address) in network for address in addresses for network in cdn.networks):
            return cdn.name
    return None


def _place(address: str, record: object) -> Place:
    if not isinstance(record, dict):
        return Place(address, "", "")
    country = record.get("country") or record.get("registered_country") or {}
    code = country.get("iso_code", "") if isinstance(country, dict) else ""
    code = code or str(record.get("country_code") or "")
    city = record.get("city") or {}
    names = city.get("names", {}) if isinstance(city, dict) else {}
    name = names.get("en") or names.get("vi") or (city if isinstance(city, str) else "")
    return Place(address, str(code).upper(), words(str(name)))
