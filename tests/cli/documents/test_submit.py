"""`vanguard documents submit`, against a real server."""

import pytest

from support.api_server import Answer, ApiServer
from vanguard.cli.main import main

DONE = {
    "id": "doc_1",
    "name": "a.pdf",
    "state": "done",
    "pages": {"all": 1, "done": 1, "failed": 0},
    "created": "2026-11-01T10:00:00Z",
}
FAULT = {"type": "document_locked", "message": "it is encrypted"}


@pytest.fixture
def api(monkeypatch, tmp_path):
    with ApiServer() as server:
        monkeypatch.setenv("VANGUARD_URL", server.url)
        monkeypatch.setenv("VANGUARD_ADMIN_KEY", "vk-admin")
        monkeypatch.chdir(tmp_path)
        (tmp_path / "a.pdf").write_bytes(b"%PDF")
        server.on("POST", "/api/documents", DONE | {"state": "queued"})
        server.on("GET", "/api/documents/doc_1", DONE)
        server.on("GET", "/api/documents/doc_1/result", Answer(body="نص\n".encode()))
        yield server


def test_every_format_can_be_asked_for():
    from vanguard.cli.documents.submit import submit
    from vanguard.documents.formats.registry import FORMATS

    (choice,) = [option.type for option in submit.params if option.name == "form"]
    assert list(choice.choices) == list(FORMATS)


def test_what_was_handed_in_is_a_line(api, capsys):
    assert main(["documents", "submit", "a.pdf", "a.pdf"]) == 0
    assert capsys.readouterr().out == "doc_1\tqueued\ta.pdf\n" * 2
    assert [asked.method for asked in api.asked] == ["POST", "POST"]


def test_the_same_file_has_the_same_key_unless_it_is_to_be_read_again(api):
    for more in ([], [], ["--languages", "eng"], ["--again"]):
        main(["documents", "submit", "a.pdf", *more])
    keys = [asked.headers.get("idempotency-key") for asked in api.asked]
    assert keys[0] == keys[1] != keys[2]
    assert keys[0].startswith("cli-")
    assert keys[3] is None


def test_how_it_is_read_is_sent(api):
    words = "--languages ara+eng --no-text-layer --no-review --queue deeds --licence CC0"
    main(["documents", "submit", "a.pdf", *words.split()])
    assert api.asked[0].query == {
        "name": "a.pdf",
        "languages": "ara+eng",
        "text_layers": "false",
        "review": "false",
        "queue": "deeds",
        "licence": "CC0",
    }


def test_a_file_says_its_format_by_its_suffix(api, tmp_path, capsys):
    assert main(["documents", "submit", "a.pdf", "-o", "out.html"]) == 0
    assert (tmp_path / "out.html").read_text() == "نص\n"
    assert api.asked[-1].query["format"] == "html"
    assert capsys.readouterr().out == "doc_1\tdone\ta.pdf\n"


def test_a_folder_gets_each_under_its_name(api, tmp_path):
    (tmp_path / "a.png").write_bytes(b"png")
    command = ["documents", "submit", "a.pdf", "a.png", "-o", "out", "--format", "text"]
    assert main(command) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.pdf.txt", "a.png.txt"]


def test_what_cannot_be_read_is_said(api, capsys, tmp_path):
    api.on("GET", "/api/documents/doc_1", DONE | {"state": "failed", "error": FAULT})
    assert main(["documents", "submit", "a.pdf", "--wait"]) == 1
    assert capsys.readouterr().err == "vanguard: a.pdf: it is encrypted\n"
    some = DONE | {"pages": {"all": 3, "done": 3, "failed": 2}}
    api.on("GET", "/api/documents/doc_1", some)
    assert main(["documents", "submit", "a.pdf", "-o", "out.md"]) == 1
    assert "2 pages could not be read" in capsys.readouterr().err
    assert (tmp_path / "out.md").exists()


def test_no_library_of_documents_is_needed(api, monkeypatch):
    import sys

    for name in ("cv2", "PIL", "numpy", "pypdfium2", "tesserocr"):
        monkeypatch.setitem(sys.modules, name, None)
    for name in [name for name in sys.modules if name.startswith("vanguard.documents.")]:
        monkeypatch.delitem(sys.modules, name)
    assert main(["documents", "submit", "a.pdf", "-o", "out"]) == 0
