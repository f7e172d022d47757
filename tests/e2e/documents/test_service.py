"""Documents over HTTP on a real platform: uploads, a worker that dies, decisions, and the end of it all."""

import contextlib
import io
import json
import os
import signal
import sqlite3
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from pypdf import PdfReader, PdfWriter

from support.documents.drawing import drawn
from support.platform import eventually

pytestmark = pytest.mark.e2e

PAGES = 10
SETTINGS = """
engine: {embeddings: false}
documents: {processes: 1, idle_s: 1, max_file_mb: 8, workers: 2}
"""


@pytest.fixture(scope="module")
def long_scan(tmp_path_factory):
    """A TIFF of several pages, each with its number and some lines."""
    path = tmp_path_factory.mktemp("scans") / "long.tiff"
    pages = []
    for number in range(1, PAGES + 1):
        lines = (f"page number {number}", *("eta theta iota kappa lambda",) * 25)
        pages.append(Image.fromarray(drawn(lines, size_px=30, wide=900)))
    compressed = {"compression": "tiff_deflate", "dpi": (150, 150)}
    pages[0].save(path, save_all=True, append_images=pages[1:], **compressed)
    return path


@pytest.fixture(scope="module")
def short_scan(tmp_path_factory):
    path = tmp_path_factory.mktemp("scans") / "short.png"
    Image.fromarray(drawn(("alpha beta gamma",), size_px=30, wide=500)).save(path, dpi=(150, 150))
    return path


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    from support.platform import Platform

    platform = Platform(tmp_path_factory.mktemp("served"), model="none", settings=SETTINGS).start()
    yield platform
    platform.stop()


def hand_in(client, path, **more):
    with path.open("rb") as file:
        answer = client.post(
            "/api/documents",
            files={"file": (path.name, file)},
            params={"languages": "eng", **more.pop("params", {})},
            **more,
        )
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def state(client, document_id):
    return client.get(f"/api/documents/{document_id}").json()


def read(client, document_id):
    def over():
        found = state(client, document_id)
        return found if found["state"] in ("done", "failed") else None

    return eventually(over, within_s=180)


def result(client, document_id, form="text"):
    answer = client.get(f"/api/documents/{document_id}/result", params={"format": form})
    assert answer.status_code == 200, answer.text
    return answer.content


def page_steps(platform, document_id):
    """When each page was read, by its name."""
    kept = platform.home / "documents" / document_id / "work/steps.db"
    try:
        with contextlib.closing(sqlite3.connect(f"file:{kept}?mode=ro", uri=True)) as database:
            query = "SELECT item, at_ms FROM flow_steps WHERE stage = 'documents.read_page'"
            return dict(database.execute(query))
    except sqlite3.OperationalError:
        return {}


def workers(platform):
    """Process ids of workers, as the kernel sees them."""
    supervisor = platform._child.pid
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            is_worker = b"vanguard.compose.worker_process" in (entry / "cmdline").read_bytes()
            if parent == supervisor and is_worker:
                found.append(int(entry.name))
    return found


def test_a_document_is_read_in_every_format_and_the_worker_goes(served, short_scan):
    assert workers(served) == []
    with served.admin() as client:
        document_id = hand_in(client, short_scan, headers={"idempotency-key": "one"})
        assert hand_in(client, short_scan, headers={"idempotency-key": "one"}) == document_id
        found = read(client, document_id)
        assert (found["state"], found["pages"]) == (
            "done",
            {"all": 1, "done": 1, "failed": 0, "unasked": 0},
        )
        assert result(client, document_id).decode().split() == ["alpha", "beta", "gamma"]
        for form in ("markdown", "html", "json", "alto", "page"):
            assert result(client, document_id, form)
        pdf = PdfReader(io.BytesIO(result(client, document_id, "pdf")))
        assert "alpha" in pdf.pages[0].extract_text()
        image = client.get(f"/api/documents/{document_id}/pages/1/image")
        with Image.open(io.BytesIO(image.content)) as picture:
            boxes = json.loads(result(client, document_id, "json"))["pages"][0]
            assert float(image.headers["x-page-width"]) == pytest.approx(boxes["width"], abs=0.1)
            assert picture.width == 500
    eventually(lambda: workers(served) == [], within_s=60)


def test_what_cannot_be_read_is_never_a_500(served, tmp_path, short_scan):
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\n1 0 obj << /Type /Catalog >>\n%%EOF")
    (tmp_path / "no picture.png").write_bytes(os.urandom(4_096))
    (tmp_path / "torn.png").write_bytes(short_scan.read_bytes()[:900])
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="AES-256-R5")
    writer.write(tmp_path / "locked.pdf")
    kinds = {
        "broken.pdf": "document_unreadable",
        "no picture.png": "document_unreadable",
        "torn.png": "document_unreadable",
        "locked.pdf": "document_locked",
    }
    with served.admin() as client:
        opened = hand_in(client, tmp_path / "locked.pdf", headers={"x-document-password": "secret"})
        ids = {name: hand_in(client, tmp_path / name) for name in kinds}
        for name, kind in kinds.items():
            found = read(client, ids[name])
            assert (found["state"], found["error"]["type"]) == ("failed", kind), found
            assert found["error"]["message"]
            answer = client.get(f"/api/documents/{ids[name]}/result")
            assert (answer.status_code, answer.json()["error"]["code"]) == (422, kind)
        assert read(client, opened)["state"] == "done"
        folder = served.home / "documents" / opened
        assert not (folder / "password.sealed").exists()
        assert not PdfReader(folder / "unlocked").is_encrypted
        large = client.post("/api/documents", content=bytes(9 << 20))
        assert (large.status_code, large.json()["error"]["code"]) == (413, "request_too_large")


def test_a_killed_worker_goes_on_and_reads_no_page_twice(served, long_scan):
    with served.admin() as client:
        document_id = hand_in(client, long_scan)
        eventually(lambda: len(page_steps(served, document_id)) >= 2, within_s=120)
        killed = workers(served)
        for pid in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        before = page_steps(served, document_id)
        assert len(before) < PAGES
        found = read(client, document_id)
        assert (found["state"], found["pages"]["done"]) == ("done", PAGES)
        after = page_steps(served, document_id)
        assert {item: after[item] for item in before} == before  # not read again
        assert len(after) == PAGES
        text = result(client, document_id).decode()
        for number in range(1, PAGES + 1):
            assert f"page number {number}" in text
        assert not set(killed) & set(workers(served))


def test_control_may_die_and_a_document_be_deleted_while_it_is_read(served, long_scan):
    with served.admin() as client:
        document_id = hand_in(client, long_scan)
        eventually(lambda: state(client, document_id)["state"] == "reading", within_s=60)
        old = served.kill("control")
        eventually(lambda: served.children().get("control", old) != old)
        found = eventually(lambda: state(client, document_id)["state"], within_s=60)
        assert found in ("reading", "done")
        assert client.delete(f"/api/documents/{document_id}").status_code == 200
        assert client.get(f"/api/documents/{document_id}").status_code == 404
        folder = served.home / "documents" / document_id
        eventually(lambda: workers(served) == [], within_s=120)
        assert not folder.exists()


def test_decisions_are_in_the_next_result_and_go_out_as_pairs(served, tmp_path):
    path = tmp_path / "blurred.png"
    image = Image.fromarray(drawn(("qzx 3517 vkj wpf",), size_px=24, wide=400))
    image.filter(ImageFilter.GaussianBlur(2.5)).save(path, dpi=(150, 150))
    with served.admin() as client:
        document_id = hand_in(client, path, params={"queue": "blurred", "licence": "CC0"})
        assert read(client, document_id)["state"] == "done"
        listed = client.get("/api/review/queues/blurred/tasks").json()["tasks"]
        if not listed:
            pytest.fail(f"no doubt about {result(client, document_id, 'json')!r}")
        task = listed[0]
        assert task["subject"].startswith(f"{document_id}/p1/b")
        client.post("/api/review/queues/blurred/claims", json={"count": 1})
        decided = client.post(
            f"/api/review/tasks/{task['id']}/decisions",
            json={
                "verdict": "correct",
                "value": {"text": "qzx 3517 vkj wpf"},
                "version": task["version"],
            },
        )
        assert decided.status_code == 200, decided.text
        assert "qzx 3517 vkj wpf" in result(client, document_id).decode()
        answer = client.get(
            "/api/documents/corrections", params={"queue": "blurred", "format": "zip"}
        )
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            (pair,) = [json.loads(line) for line in archive.read("pairs.jsonl").splitlines()]
            manifest = json.loads(archive.read("manifest.json"))
            with Image.open(io.BytesIO(archive.read(pair["image"]))) as crop:
                assert crop.width > 50
        assert (pair["before"], pair["after"]) == (task["payload"]["text"], "qzx 3517 vkj wpf")
        assert manifest["documents"][0]["licence"] == "CC0"
        client.delete(f"/api/documents/{document_id}")
        left = client.get("/api/documents/corrections", params={"queue": "blurred"})
        assert left.text == ""


def test_a_stop_drains_and_the_next_start_goes_on(own_platform, long_scan):
    platform = own_platform(model="none", settings=SETTINGS).start()
    with platform.admin() as client:
        document_id = hand_in(client, long_scan)
        eventually(lambda: len(page_steps(platform, document_id)) >= 1, within_s=120)
    assert platform.stop() == 0
    before = page_steps(platform, document_id)
    assert 0 < len(before) < PAGES
    platform.log.unlink()  # the banner of the last start
    platform.start()
    with platform.admin() as client:
        assert read(client, document_id)["state"] == "done"
        after = page_steps(platform, document_id)
        assert {item: after[item] for item in before} == before
