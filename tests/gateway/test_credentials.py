import pytest

from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.credentials import Credentials


def nobody(why):
    """Whom it is told to where that does not matter."""


def test_environment_is_read_once(monkeypatch):
    monkeypatch.setenv("SOME_KEY", " sk-1 \n")
    credentials = Credentials(nobody)
    assert credentials.resolve("env:SOME_KEY", 0.0) == b"sk-1"
    monkeypatch.setenv("SOME_KEY", "sk-2")
    assert credentials.resolve("env:SOME_KEY", 99.0) == b"sk-1"


def test_a_changed_file_is_read_again_within_a_second(tmp_path):
    path = tmp_path / "key"
    path.write_text("one\n")
    credentials = Credentials(nobody)
    reference = f"file:{path}"
    assert credentials.resolve(reference, 10.0) == b"one"
    replacement = tmp_path / "new"
    replacement.write_text("two\n")
    replacement.replace(path)
    assert credentials.resolve(reference, 10.5) == b"one"
    assert credentials.resolve(reference, 11.0) == b"two"
    path.unlink()
    assert credentials.resolve(reference, 13.0) == b"two"


@pytest.mark.parametrize("content", [b"", b" \n", b"two\nlines\n", b"a\0b", b"x" * 70_000])
def test_a_file_that_holds_no_secret_does_not_replace_the_one_before(tmp_path, content):
    path = tmp_path / "key"
    path.write_text("one\n")
    reference, told = f"file:{path}", []
    credentials = Credentials(told.append)
    assert credentials.resolve(reference, 10.0) == b"one"
    path.write_bytes(content)  # as `echo two > key` leaves it for a moment
    assert credentials.resolve(reference, 12.0) == b"one"
    assert credentials.resolve(reference, 14.0) == b"one"
    assert len(told) == 1
    assert told[0].startswith(f"{reference}: ")
    path.write_text("three\n")
    assert credentials.resolve(reference, 16.0) == b"three"
    path.write_bytes(content)
    assert credentials.resolve(reference, 18.0) == b"three"
    assert len(told) == 2


@pytest.mark.parametrize(
    "reference", ["env:NOT_SET_ANYWHERE", "env:BROKEN_KEY", "file:/not/there", "vault:x"]
)
def test_what_cannot_be_resolved_is_told_to_the_log_alone(reference, monkeypatch):
    monkeypatch.setenv("BROKEN_KEY", "one\nx-injected: two")
    told = []
    credentials = Credentials(told.append)
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable) as caught:
            credentials.resolve(reference, 0.0)
        assert caught.value.message == "a credential cannot be read; the gateway's log says which"
    assert len(told) == 1
    assert reference in told[0]


def test_the_first_secret_of_a_file_is_one_line_and_no_reference_is_no_secret(tmp_path):
    path = tmp_path / "key"
    for content in ("one\nx-injected: two\n", ""):
        path.write_text(content)
        with pytest.raises(UpstreamUnavailable):
            Credentials(nobody).resolve(f"file:{path}", 0.0)
    assert Credentials(nobody).resolve("", 0.0) == b""


def test_what_is_never_sent_may_be_of_several_lines(tmp_path, monkeypatch):
    (tmp_path / "key").write_text("two\nlines\n")
    monkeypatch.setenv("TWO_LINES", "two\nlines\n")
    for reference in (f"file:{tmp_path / 'key'}", "env:TWO_LINES"):
        assert Credentials(nobody).resolve(reference, 0.0, sent=False) == b"two\nlines"


def test_a_file_below_ones_own_folder_is_found_as_the_settings_find_it(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key").write_text("one\n")
    assert Credentials(nobody).resolve("file:~/key", 0.0) == b"one"
