import errno
import hashlib
import os
import tempfile

import pytest

from vanguard.control.api.documents.uploads import harmless
from vanguard.core.settings.sections.documents import DocumentsSettings

MIB = 1 << 20


@pytest.fixture
def small(service, monkeypatch):
    """A MiB is the most."""
    settings = service.loaded.settings.model_copy(
        update={"documents": DocumentsSettings(max_file_mb=1)}
    )
    object.__setattr__(service.loaded, "settings", settings)


def left(service):
    folder = service.documents.shelf.folder
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\عقد ٣.pdf", "عقد ٣.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("in\u202efdp.exe", "infdp.exe"),
        ("می\u200cخواهد.png", "می\u200cخواهد.png"),
        ("\x00\x1b[31m.pdf", "[31m.pdf"),
        ("..", "document"),
        ("", "document"),
        ("dir/", "document"),
        ("x" * 400 + ".tiff", "x" * 195 + ".tiff"),
        ("x" * 400, "x" * 200),
        ("\ud800a.pdf", "a.pdf"),
    ],
)
def test_names_are_made_harmless(given, name):
    assert harmless(given) == name


def test_a_body_is_the_file(send, service):
    answer = send(b"%PDF-1.4", headers={"content-type": "application/pdf"})
    assert answer.status_code == 202
    found = answer.json()
    assert (found["name"], found["size_bytes"]) == ("a.pdf", 8)
    assert found["sha256"] == hashlib.sha256(b"%PDF-1.4").hexdigest()
    assert service.documents.shelf.source(found["id"]).read_bytes() == b"%PDF-1.4"


def test_a_form_has_the_file_and_how_it_is_read(client, tools):
    files = {"file": ("../عقد.pdf", b"bytes")}
    answer = client.post(
        "/api/documents", files=files, data={"languages": "eng", "review": "false"}
    )
    assert answer.status_code == 202
    found = answer.json()
    assert (found["name"], found["languages"], found["review"]) == ("عقد.pdf", "eng", False)
    named = client.post("/api/documents", files=files, data={"name": "b.pdf"})
    assert named.json()["name"] == "b.pdf"


@pytest.mark.usefixtures("tools")
def test_forms_without_a_sound_file_are_refused(client, service):
    for files in ({"other": ("a.pdf", b"x")}, {"file": (None, "text")}, {"file": ("a.pdf", b"")}):
        assert client.post("/api/documents", files=files).status_code == 400
    two = [("file", ("a.pdf", b"x")), ("file", ("b.pdf", b"y"))]
    assert client.post("/api/documents", files=two).status_code == 400
    torn = client.post(
        "/api/documents",
        content=b"--x\r\nno form",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert torn.status_code == 400
    unbounded = client.post(
        "/api/documents", content=b"x", headers={"content-type": "multipart/form-data"}
    )
    assert unbounded.status_code == 400
    assert left(service) == []


def test_an_empty_body_is_no_file(send, service):
    answer = send(b"")
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "file")
    assert left(service) == []


@pytest.mark.usefixtures("small")
def test_what_is_too_large_is_refused_however_it_comes(send, client, service):
    def pieces():
        for _ in range(17):
            yield b"x" * (MIB // 16)

    answers = [
        send(b"x" * (MIB + 1)),
        send(pieces()),  # no length is said
        client.post("/api/documents", files={"file": ("a.pdf", b"x" * (MIB + 1))}),
        client.post("/api/documents", files={"file": ("a.pdf", b"x" * (2 * MIB))}),
    ]
    for answer in answers:
        assert answer.status_code == 413
        assert "1 MiB (documents.max_file_mb)" in answer.json()["error"]["message"]
    assert left(service) == []
    assert send(b"x" * MIB).status_code == 202


def test_a_full_disk_is_said(send, service, monkeypatch):
    def full(**_more):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    answer = send()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable")
    assert "is full; free some space" in answer.json()["error"]["message"]
