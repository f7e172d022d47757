import pytest

from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.credentials import Credentials


def test_environment_is_read_once(monkeypatch):
    monkeypatch.setenv("SOME_KEY", " sk-1 \n")
    credentials = Credentials()
    assert credentials.resolve("env:SOME_KEY", 0.0) == b"sk-1"
    monkeypatch.setenv("SOME_KEY", "sk-2")
    assert credentials.resolve("env:SOME_KEY", 99.0) == b"sk-1"


def test_a_changed_file_is_read_again_within_a_second(tmp_path):
    path = tmp_path / "key"
    path.write_text("one\n")
    credentials = Credentials()
    reference = f"file:{path}"
    assert credentials.resolve(reference, 10.0) == b"one"
    replacement = tmp_path / "new"
    replacement.write_text("two\n")
    replacement.replace(path)
    assert credentials.resolve(reference, 10.5) == b"one"
    assert credentials.resolve(reference, 11.0) == b"two"
    path.unlink()
    assert credentials.resolve(reference, 13.0) == b"two"


@pytest.mark.parametrize("reference", ["env:NOT_SET_ANYWHERE", "file:/not/there", "vault:x"])
def test_what_cannot_be_resolved_is_said(reference):
    with pytest.raises(UpstreamUnavailable):
        Credentials().resolve(reference, 0.0)


def test_a_file_with_two_lines_is_refused_and_no_reference_is_no_secret(tmp_path):
    path = tmp_path / "key"
    path.write_text("one\nx-injected: two\n")
    with pytest.raises(UpstreamUnavailable, match="more than one line"):
        Credentials().resolve(f"file:{path}", 0.0)
    assert Credentials().resolve("", 0.0) == b""
