"""Where the host of a portal stands, as far as the addresses in the archive and the configured location data tell."""

from __future__ import annotations

from dataclasses import dataclass
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
    network = vocabulary.hosts.delivery_network(
        [capture.headers for capture in archive.captures[:5] if capture.role == "page"], addresses
    )
    database = config.location.database
    if database is None or not Path(database).is_file():
        return Location(addresses, (), False, network)
    with maxminddb.open_database(database) as reader:
        places = tuple(_place(address, reader.get(address)) for address in addresses)
    return Location(addresses, places, True, network)


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
