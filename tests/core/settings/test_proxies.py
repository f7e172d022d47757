import pytest

from vanguard.core.errors import SettingsError
from vanguard.core.settings.load import check_references, load_settings
from vanguard.core.settings.proxies import Proxies, forward_proxies


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def loaded(tmp_path, text=""):
    path = tmp_path / "vanguard.yaml"
    path.write_text(text)
    return load_settings(path, {})


def proxies(tmp_path, text=""):
    return forward_proxies(loaded(tmp_path, text))


def test_the_usual_variables_count_by_their_names_not_their_values(tmp_path, monkeypatch):
    assert proxies(tmp_path) == Proxies("", "", "")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@one:3128")
    monkeypatch.setenv("NO_PROXY", "near.test")
    assert proxies(tmp_path) == Proxies("env:HTTPS_PROXY", "", "near.test")
    monkeypatch.setenv("https_proxy", "http://two:3128")
    monkeypatch.setenv("http_proxy", "http://three:3128")
    monkeypatch.setenv("no_proxy", "other.test")
    assert proxies(tmp_path) == Proxies("env:https_proxy", "env:http_proxy", "other.test")


def test_the_setting_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://one:3128")
    monkeypatch.setenv("NO_PROXY", "near.test")
    text = "gateway:\n  proxy: http://two:3128\n"
    assert proxies(tmp_path, text) == Proxies("http://two:3128", "http://two:3128", "near.test")
    text += '  no_proxy: ""\n'
    assert proxies(tmp_path, text).no_proxy == ""
    assert proxies(tmp_path, "gateway:\n  proxy: none\n").https == ""


def test_a_reference_must_lead_somewhere(tmp_path):
    text = "gateway:\n  proxy: env:CORPORATE_PROXY\n"
    assert proxies(tmp_path, text).https == "env:CORPORATE_PROXY"
    with pytest.raises(SettingsError, match=r"gateway\.proxy: the environment variable"):
        check_references(loaded(tmp_path, text))


@pytest.mark.parametrize("value", ["http://me:secret@proxy:3128", "socks5://secret:1080", "secret"])
def test_passwords_and_other_schemes_are_refused_and_not_repeated(tmp_path, value):
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, f"gateway:\n  proxy: {value}\n")
    assert "vanguard.yaml:2: gateway.proxy: expected http://host:port" in caught.value.message
    assert "secret" not in caught.value.message
