"""The configuration: every key with its default stands in config.yaml; a file of the user overrides key by key."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from auditor.yaml_lines import LineOf, YamlError, first_problem, load_with_lines

MAX_CONFIG_BYTES = 1_000_000


class ConfigError(ValueError):
    """A configuration that cannot be used; the message (Vietnamese) names file, line, key and what is allowed."""


class _Section(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Count = Annotated[int, Field(ge=1, le=1_000_000)]
Bytes = Annotated[int, Field(ge=1_000, le=100_000_000_000)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Pause = Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)]


class CrawlConfig(_Section):
    """How portals are read; numbers are per unit unless their name says otherwise."""

    max_pages: Count
    max_attachments: Annotated[int, Field(ge=0, le=1_000_000)]
    max_depth: Annotated[int, Field(ge=0, le=1_000)]
    max_seconds: Seconds
    max_page_bytes: Bytes
    max_file_bytes: Bytes
    max_archive_bytes: Bytes
    max_links_per_page: Count
    max_redirects: Annotated[int, Field(ge=0, le=100)]
    max_header_bytes: Bytes
    concurrent_units: Annotated[int, Field(ge=1, le=1_000)]
    concurrency_per_host: Annotated[int, Field(ge=1, le=100)]
    delay_seconds: Pause
    concurrency_per_address: Annotated[int, Field(ge=1, le=1_000)]
    address_delay_seconds: Pause
    timeout_seconds: Seconds
    retries: Annotated[int, Field(ge=0, le=20)]
    obey_robots: bool
    render: Literal["auto", "never", "always"]
    user_agent_contact: Annotated[str, Field(max_length=200)]

    @field_validator("user_agent_contact")
    @classmethod
    def _one_plain_line(cls, value: str) -> str:
        # It becomes an HTTP header: latin letters on one line only.
        if not value.isascii() or not value.isprintable():
            raise ValueError("chỉ được gồm chữ không dấu trên một dòng, ví dụ một địa chỉ e-mail")
        return value


class JudgeConfig(_Section):
    """How archives are judged: worker processes (0: one per core) and the limit of time per unit."""

    processes: Annotated[int, Field(ge=0, le=1_000)]
    max_seconds: Seconds


class NetworkConfig(_Section):
    """What stands between the crawl and the portals."""

    proxy: str | None
    allow_private_addresses: bool
    hosts: Mapping[str, str]

    @field_validator("proxy")
    @classmethod
    def _proxy_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port is not None
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("phải có dạng http://máy:cổng, ví dụ http://127.0.0.1:8899, hoặc null")
        if parts.username is not None or parts.password is not None:
            raise ValueError(
                "không ghi tên đăng nhập và mật khẩu vào địa chỉ proxy; hãy dùng proxy không cần đăng nhập"
            )
        return value

    @field_validator("hosts")
    @classmethod
    def _host_addresses(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, address in value.items():
            try:
                ipaddress.ip_address(address)
            except ValueError as error:
                raise ValueError(
                    f"địa chỉ của «{name}» phải là một địa chỉ IP, ví dụ 127.0.0.1 (đang là «{address}»)"
                ) from error
        return {name.lower().rstrip("."): address for name, address in value.items()}


class BrowserConfig(_Section):
    """How pages are looked at with a real browser. `path`: its executable, None for the first that is found."""

    path: str | None
    concurrent_pages: Annotated[int, Field(ge=1, le=64)]
    max_pages: Annotated[int, Field(ge=0, le=10_000)]
    page_seconds: Annotated[float, Field(ge=3, le=600, allow_inf_nan=False)]
    unit_seconds: Seconds
    max_memory_bytes: Annotated[int, Field(ge=200_000_000, le=100_000_000_000)]
    max_bytes: Bytes
    max_requests: Count
    max_hosts: Annotated[int, Field(ge=0, le=1_000)]
    phone_pages: Annotated[int, Field(ge=0, le=20)]
    pictures: bool


class SecondTriesConfig(_Section):
    """When units that could not be read are tried again: minutes after the last try, for the second try, the third …

    `wait`: whether a run stays for that; else only what is due when the other units are done is tried again.
    """

    after_minutes: Annotated[list[Annotated[float, Field(ge=0, le=14_400, allow_inf_nan=False)]], Field(max_length=20)]
    wait: bool


class ScheduleConfig(_Section):
    """The monthly run: its days and hour, and the hours after which units that could not be read are tried again."""

    day: Annotated[int, Field(ge=1, le=28)]
    time: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    extra_days: Annotated[
        list[Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]], Field(max_length=20)
    ]
    second_tries_hours: Annotated[list[Annotated[float, Field(ge=0, le=120)]], Field(max_length=10)]
    keep_archives_months: Annotated[int, Field(ge=0, le=1_200)]

    @field_validator("extra_days")
    @classmethod
    def _days_of_a_year(cls, value: list[str]) -> list[str]:
        for day in value:
            try:
                date.fromisoformat(f"2024-{day}")
            except ValueError as error:
                raise ValueError(f"«{day}» không phải là một ngày trong năm; ghi THÁNG-NGÀY, ví dụ 06-30") from error
        return value

    @field_validator("second_tries_hours")
    @classmethod
    def _within_days(cls, value: list[float]) -> list[float]:
        if sum(value) > 120:
            raise ValueError("các lần thử lại cộng lại không được quá 120 giờ")
        return value


_ADDRESS = re.compile(r"[^@\s,<>\"]+@[^@\s,<>\"]+")


class NotifyConfig(_Section):
    """Where the summary of a monthly run is sent; nothing is sent unless named here. Secrets are never here."""

    mail_to: Annotated[list[str], Field(max_length=50)]
    mail_from: str
    mail_server: str
    mail_port: Annotated[int, Field(ge=1, le=65_535)]
    mail_security: Literal["starttls", "tls", "none"]
    mail_user: str | None
    webhook: str | None

    @field_validator("mail_to")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        for address in value:
            if not _ADDRESS.fullmatch(address):
                raise ValueError(f"«{address}» không phải là một địa chỉ thư")
        return value

    @field_validator("webhook")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("phải bắt đầu bằng https:// (hoặc http://)")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.mail_to and not (self.mail_server and _ADDRESS.fullmatch(self.mail_from)):
            raise ValueError("muốn gửi thư (mail_to) thì phải ghi cả mail_server và mail_from")
        return self


class LocationConfig(_Section):
    """Where the location of servers is looked up."""

    database: str | None


class Config(_Section):
    """The whole configuration. It has no defaults in code: `load_config` takes them from config.yaml."""

    checklist: Annotated[str, Field(min_length=1)]
    crawl: CrawlConfig
    judge: JudgeConfig
    network: NetworkConfig
    browser: BrowserConfig
    location: LocationConfig
    second_tries: SecondTriesConfig
    schedule: ScheduleConfig
    notify: NotifyConfig
    city: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    store: Annotated[str, Field(min_length=1)]


def default_text() -> str:
    """The commented default file: packaged inside `auditor`, or at the top of a checkout."""
    packaged = files("auditor").joinpath("config.yaml")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).resolve().parent.parent / "config.yaml").read_text(encoding="utf-8")


def load_config(path: Path | None = None, *, stored: Mapping[str, Any] | None = None) -> Config:
    """The default configuration, overridden key by key by that of a stored run and then by the file at `path`.

    Raises ConfigError for a file that cannot be read, an unknown key, a key that stands twice or a wrong value.
    """
    defaults, default_line = _parse(default_text(), "config.yaml")
    if stored is not None:
        defaults = _overridden(defaults, stored)
    if path is None:
        return _validated(defaults, "config.yaml", default_line)
    given, line_of = _parse(_read(path), str(path))
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise ConfigError(f"{path}, dòng 1: tệp cấu hình phải gồm các dòng «khóa: giá trị», ví dụ «city: hcm».")
    return _validated(_overridden(defaults, given), str(path), line_of)


def config_with(overrides: Mapping[str, Any]) -> Config:
    """The defaults overridden by a nested mapping, e.g. {"crawl": {"max_pages": 5}}. Raises ConfigError."""
    defaults, line_of = _parse(default_text(), "config.yaml")
    return _validated(_overridden(defaults, overrides), "config.yaml", line_of)


def _parse(text: str, source: str) -> tuple[Any, LineOf]:
    try:
        return load_with_lines(text, source)
    except YamlError as error:
        raise ConfigError(str(error)) from error


def _read(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_CONFIG_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: không có tệp cấu hình này. Hãy xem lại đường dẫn sau --config.") from error
    except OSError as error:
        raise ConfigError(f"{path}: không mở được tệp cấu hình ({error.strerror or error}).") from error
    if len(raw) > MAX_CONFIG_BYTES:
        raise ConfigError(f"{path}: tệp quá lớn để là tệp cấu hình (hơn {MAX_CONFIG_BYTES} byte).")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}, dòng {line}: tệp không phải mã UTF-8. Hãy lưu lại tệp với mã UTF-8.") from error


def _overridden(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(defaults)
    for key, value in given.items():
        below = merged.get(key)
        if value is None and isinstance(below, Mapping):  # a section whose lines are all comments
            continue
        # `hosts` is a table of the user's own, not a section: it is replaced as a whole.
        if isinstance(value, Mapping) and isinstance(below, Mapping) and key != "hosts":
            merged[key] = _overridden(below, value)
        else:
            merged[key] = value
    return merged


def _validated(data: Any, source: str, line_of: LineOf) -> Config:
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError(str(first_problem(error, source, line_of))) from error
