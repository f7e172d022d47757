"""Where a client goes, and as whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.sdk.target import DEFAULT_URL, Target, find_target


def home(path: Path, url: str = "") -> Path:
    (path / "run").mkdir(parents=True)
    (path / "first.key").write_text("vk-first\n")
    (path / "admin.key").write_text("vk-admin\n")
    if url:
        (path / "run" / "up.json").write_text(f'{{"pid": 1, "url": "{url}"}}')
    return path


def test_nothing_anywhere() -> None:
    assert find_target() == Target(DEFAULT_URL, "", "")


def test_the_default_home(tmp_path: Path) -> None:
    home(tmp_path / ".vanguard", "http://127.0.0.1:9000")
    assert find_target() == Target("http://127.0.0.1:9000", "vk-first", "vk-admin")


def test_a_home_by_argument_or_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = home(tmp_path / "h")
    assert find_target(home=place) == Target(DEFAULT_URL, "vk-first", "vk-admin")
    monkeypatch.setenv("VANGUARD_HOME", str(place))
    assert find_target() == Target(DEFAULT_URL, "vk-first", "vk-admin")


def test_what_is_given_wins_over_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home(tmp_path / ".vanguard")
    monkeypatch.setenv("VANGUARD_URL", "https://env.example/v1/")
    monkeypatch.setenv("VANGUARD_API_KEY", "vk-env")
    assert find_target() == Target("https://env.example", "vk-env", "vk-env")
    monkeypatch.setenv("VANGUARD_ADMIN_KEY", "vk-root")
    assert find_target() == Target("https://env.example", "vk-env", "vk-root")
    given = find_target("https://arg.example/", "vk-arg")
    assert given == Target("https://arg.example", "vk-arg", "vk-arg")


def test_keys_of_this_machine_are_not_sent_to_another(tmp_path: Path) -> None:
    home(tmp_path / ".vanguard", "http://127.0.0.1:9000")
    assert find_target("http://other.example") == Target("http://other.example", "", "")
    mine = find_target("http://127.0.0.1:9000/")
    assert mine == Target("http://127.0.0.1:9000", "vk-first", "vk-admin")


def test_a_home_given_with_a_url_is_meant(tmp_path: Path) -> None:
    place = home(tmp_path / "h")
    assert find_target("http://other.example", home=place).key == "vk-first"


def test_an_admin_key_alone_also_calls_models(tmp_path: Path) -> None:
    place = home(tmp_path / "h")
    (place / "first.key").unlink()
    assert find_target(home=place).key == "vk-admin"


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://x", "http://", "x"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest, match="is no URL"):
        find_target(url)


def test_a_broken_file_in_the_home_is_no_file(tmp_path: Path) -> None:
    place = home(tmp_path / "h", "x")
    (place / "run" / "up.json").write_text("{")
    assert find_target(home=place).url == DEFAULT_URL


def test_the_certificate_of_this_machines_platform_is_for_that_platform_alone(
    tmp_path: Path,
) -> None:
    place = home(tmp_path / ".vanguard")
    url = "https://127.0.0.1:9000"
    (place / "run" / "up.json").write_text(f'{{"url": "{url}", "certificate": "/etc/c.pem"}}')
    assert find_target() == Target(url, "vk-first", "vk-admin", "/etc/c.pem")
    assert find_target(f"{url}/v1").certificate == "/etc/c.pem"
    assert find_target("https://other.example").certificate == ""
    assert find_target("https://other.example", home=place).certificate == ""


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_admin_port_of_its_own_is_the_same_platform(tmp_path: Path, scheme: str) -> None:
    place = home(tmp_path / ".vanguard")
    url, admin_url = f"{scheme}://127.0.0.1:9000", f"{scheme}://127.0.0.1:9001"
    running = f'{{"url": "{url}", "admin_url": "{admin_url}", "certificate": "/etc/c.pem"}}'
    (place / "run" / "up.json").write_text(running)
    both = Target(url, "vk-first", "vk-admin", "/etc/c.pem", admin_url)
    assert find_target() == find_target(f"{url}/v1") == find_target(home=place) == both
    assert find_target(admin_url) == Target(admin_url, "vk-first", "vk-admin", "/etc/c.pem")
    assert find_target("https://other.example", home=place).admin_url == ""
    assert find_target("https://other.example") == Target("https://other.example", "", "")


def test_a_port_that_is_both_is_named_once(tmp_path: Path) -> None:
    place = home(tmp_path / ".vanguard")
    url = "http://127.0.0.1:9000"
    (place / "run" / "up.json").write_text(f'{{"url": "{url}", "admin_url": "{url}/"}}')
    assert find_target() == Target(url, "vk-first", "vk-admin")
