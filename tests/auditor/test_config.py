"""The configuration: defaults stand in one file, and every mistake of a user is named with file, line and key."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from auditor.config import Config, ConfigError, config_with, load_config


def written(folder: Path, text: str) -> Path:
    path = folder / "cau-hinh.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_defaults_of_the_contract() -> None:
    config = load_config()
    assert config.checklist == "3082-gddt-tttt"
    crawl = config.crawl
    assert (crawl.max_pages, crawl.max_attachments, crawl.max_depth, crawl.max_seconds) == (120, 40, 6, 600)
    assert (crawl.max_page_bytes, crawl.max_file_bytes, crawl.max_archive_bytes) == (5_000_000, 20_000_000, 200_000_000)
    assert (crawl.concurrent_units, crawl.delay_seconds, crawl.timeout_seconds) == (32, 0.5, 20)
    assert (crawl.obey_robots, crawl.render) == (True, "auto")
    assert (config.network.proxy, config.network.allow_private_addresses, config.network.hosts) == (None, False, {})
    assert (config.location.database, config.city, config.store) == (None, "hcm", "sqlite:///auditor.db")


def test_a_file_overrides_key_by_key(tmp_path: Path) -> None:
    config = load_config(
        written(tmp_path, "crawl:\n  max_pages: 5\nnetwork:\n  hosts:\n    A.Edu.VN: 127.0.0.1\njudge:\n")
    )
    assert (config.crawl.max_pages, config.crawl.max_depth) == (5, 6)
    assert config.network.hosts == {"a.edu.vn": "127.0.0.1"}
    assert config.judge == load_config().judge


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, "# nothing\n")) == load_config()


def test_the_configuration_of_a_stored_run_lies_between_defaults_and_file(tmp_path: Path) -> None:
    stored = config_with({"crawl": {"max_pages": 7, "max_depth": 2}}).model_dump(mode="json")
    config = load_config(written(tmp_path, "crawl:\n  max_pages: 9\n"), stored=stored)
    assert (config.crawl.max_pages, config.crawl.max_depth) == (9, 2)
    assert load_config(stored=stored).crawl.max_pages == 7


def test_a_configuration_travels_to_the_judging_processes() -> None:
    config = config_with({"city": "cantho"})
    assert pickle.loads(pickle.dumps(config)) == config


MISTAKES = [
    ("crawl:\n  max_page: 5\n", 2, "crawl.max_page", "chính tả"),
    ("max_pages: 5\n", 1, "max_pages", "không có khóa"),
    ("city: hcm\ncrawl:\n\n  max_pages: '12'\n", 4, "crawl.max_pages", "số nguyên"),
    ("crawl:\n  max_pages: 0\n", 2, "crawl.max_pages", "lớn hơn hoặc bằng 1"),
    ("crawl:\n  max_pages: 1.5\n", 2, "crawl.max_pages", "số nguyên"),
    ("crawl:\n  delay_seconds: -1\n", 2, "crawl.delay_seconds", "lớn hơn hoặc bằng 0"),
    ("crawl:\n  max_seconds: .inf\n", 2, "crawl.max_seconds", "hữu hạn"),
    ("crawl:\n  obey_robots: 'no'\n", 2, "crawl.obey_robots", "true hoặc false"),
    ("crawl:\n  render: sometimes\n", 2, "crawl.render", "'auto', 'never' hoặc 'always'"),
    ('crawl:\n  user_agent_contact: "a\\r\\nX: y"\n', 2, "crawl.user_agent_contact", "một dòng"),
    ("crawl: 5\n", 1, "crawl", "khối"),
    ("crawl:\n  max_pages: 5\n  max_pages: 6\n", 3, "max_pages", "một lần"),
    ("network:\n  proxy: 127.0.0.1\n", 2, "network.proxy", "http://"),
    ("network:\n  proxy: http://ten:mat@may:80\n", 2, "network.proxy", "mật khẩu"),
    ("network:\n  hosts:\n    a.edu.vn: localhost\n", 2, "network.hosts", "địa chỉ IP"),
    ("city: HCM.\n", 1, "city", "mẫu"),
    ("store:\n", 1, "store", "chữ"),
    ("- city\n", 1, "cau-hinh.yaml", "khóa: giá trị"),
    ("city: [\n", 2, "cau-hinh.yaml", "YAML"),
]


@pytest.mark.parametrize(("text", "line", "key", "allowed"), MISTAKES)
def test_a_mistake_is_named_with_file_line_key_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, key: str, allowed: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, text))
    message = str(caught.value)
    assert f"cau-hinh.yaml, dòng {line}:" in message
    assert key in message
    assert allowed in message


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, "city: 5\ncrawl:\n  max_pages: x\n"))
    assert "dòng 1" in str(caught.value)
    assert "dòng 3" in str(caught.value)


def test_a_missing_file_and_one_in_another_code(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"khong-co\.yaml.*không có tệp"):
        load_config(tmp_path / "khong-co.yaml")
    path = tmp_path / "a.yaml"
    path.write_bytes(b"# ok\ncity: \xff\n")
    with pytest.raises(ConfigError, match=r"dòng 2.*UTF-8"):
        load_config(path)


def test_the_default_file_explains_every_key() -> None:
    from auditor.config import default_text

    uncommented = [
        line for line in default_text().splitlines() if ":" in line and "#" not in line and not line.endswith(":")
    ]
    assert uncommented == []
    assert set(Config.model_fields) == {
        "checklist",
        "crawl",
        "judge",
        "network",
        "browser",
        "second_tries",
        "schedule",
        "notify",
        "location",
        "city",
        "store",
    }
