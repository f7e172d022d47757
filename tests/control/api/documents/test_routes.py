import io
import json
import zipfile

import pytest

from support.documents.service import block_task, decide, read_through
from vanguard.control.api.documents.routes import disposition
from vanguard.review.values import TaskQuery
from vanguard.store.documents.seals import unseal

ROUTES = [
    ("POST", "/api/documents"),
    ("GET", "/api/documents"),
    ("GET", "/api/documents/corrections"),
    ("GET", "/api/documents/doc_1"),
    ("DELETE", "/api/documents/doc_1"),
    ("GET", "/api/documents/doc_1/result"),
    ("GET", "/api/documents/doc_1/pages/1/image"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_gets_in_without_a_key(client, service, method, path):
    del client.headers["authorization"]
    assert client.request(method, path, content=b"x").status_code == 401
    client.headers["authorization"] = "Bearer vk-wrong"
    assert client.request(method, path, content=b"x").status_code == 401
    assert not service.documents.shelf.folder.exists()


def test_a_session_needs_its_token_to_change_anything(client, service, tools):
    del client.headers["authorization"]
    client.cookies.set("vanguard_session", service.sessions.open(60_000))
    assert client.get("/api/documents").status_code == 200
    assert client.post("/api/documents", content=b"x").status_code == 403
    assert client.delete("/api/documents/doc_1").status_code == 403


def test_a_document_is_taken_and_found_again(send, client):
    answer = send()
    made = answer.json()
    assert answer.headers["location"] == f"/api/documents/{made['id']}"
    assert (made["state"], made["pages"]["all"], made["error"]) == ("queued", None, None)
    assert client.get(answer.headers["location"]).json() == made
    assert client.get("/api/documents").json() == {"documents": [made], "next": None}
    assert client.get("/api/documents?state=done").json()["documents"] == []
    assert client.get("/api/status").json()["documents"] == {"queued": 1}


def test_the_same_key_is_the_same_document(send):
    first = send(headers={"idempotency-key": "k-1"})
    again = send(headers={"idempotency-key": "k-1"})
    assert (again.status_code, again.json()) == (202, first.json())
    assert send(b"other", headers={"idempotency-key": "k-1"}).status_code == 409
    assert send(headers={"idempotency-key": "x" * 256}).status_code == 400


def test_the_list_goes_on_where_it_ended(send, client):
    made = [send(params={"name": f"{n}.pdf"}).json()["id"] for n in range(5)]
    found, cursor = [], ""
    while True:
        page = client.get("/api/documents", params={"limit": 2, "cursor": cursor}).json()
        found += [one["id"] for one in page["documents"]]
        cursor = page["next"]
        if not cursor:
            break
    assert found == made[::-1]
    assert client.get("/api/documents?cursor=doc_0").status_code == 400


def test_without_the_libraries_nothing_is_taken(send, tools, service):
    tools.lacking = "pypdfium2"
    answer = send()
    assert (answer.status_code, answer.json()["error"]["code"]) == (501, "not_installed")
    assert "pip install 'vanguard-ai[documents]'" in answer.json()["error"]["message"]
    assert not service.documents.shelf.folder.exists()


def test_wishes_that_cannot_be_are_refused_before_the_bytes_are_taken(send, service):
    assert send(params={"languages": "tlh"}).json()["error"]["param"] == "languages"
    assert send(params={"langauges": "ara"}).status_code == 400
    assert not service.documents.shelf.folder.exists()


def test_a_result_says_what_it_is_and_cannot_act(send, client, service):
    made = send(params={"name": "عقد.pdf"}).json()
    path = f"/api/documents/{made['id']}/result"
    early = client.get(path)
    assert (early.status_code, early.headers["retry-after"]) == (409, "1")
    read_through(service, made["id"])
    answer = client.get(path)
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "filename*=UTF-8''%D8%B9%D9%82%D8%AF.md" in answer.headers["content-disposition"]
    assert answer.json()["read"] == "as it was read"
    assert client.get(path, params={"format": "docx"}).json()["error"]["param"] == "format"
    assert client.get("/api/documents/doc_0/result").status_code == 404


def test_decisions_are_in_the_next_result(send, client, service):
    made = send().json()
    read_through(service, made["id"], tasks=[block_task(made["id"])])
    (task,) = service.reviews.tasks(TaskQuery("documents")).tasks
    path = f"/api/documents/{made['id']}/result"
    assert client.get(path).json()["corrections"] == []
    decide(service.reviews, task, "correct", {"text": "x"})
    assert len(client.get(path).json()["corrections"]) == 1
    assert client.get(path, params={"corrected": "false"}).json()["corrections"] == []


def test_a_page_is_shown_with_its_size(send, client, service):
    made = send().json()
    path = f"/api/documents/{made['id']}/pages/1/image"
    assert client.get(path).status_code == 404
    read_through(service, made["id"])
    answer = client.get(path)
    assert (answer.headers["content-type"], answer.content) == ("image/png", b"\x89PNG 1")
    assert (answer.headers["x-page-width"], answer.headers["x-page-height"]) == ("100", "200")
    for number in ("0", "2", "-1", "x"):
        wrong = client.get(f"/api/documents/{made['id']}/pages/{number}/image")
        assert wrong.status_code in (400, 404)


def test_deleting_is_for_good(send, client, service):
    made = send().json()
    read_through(service, made["id"])
    path = f"/api/documents/{made['id']}"
    assert client.delete(path).json()["id"] == made["id"]
    for again in (client.delete(path), client.get(path), client.get(f"{path}/result")):
        assert again.status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2Fetc", "doc_%00", "DOC_1", "%20", "x" * 3_000])
def test_hostile_ids_are_not_found(client, tools, name):
    assert client.get(f"/api/documents/{name}").status_code == 404
    assert client.delete(f"/api/documents/{name}").status_code == 404
    assert client.get(f"/api/documents/{name}/result").status_code == 404


def test_corrections_go_out_as_lines_and_as_an_archive(send, client, service):
    made = send().json()
    read_through(service, made["id"], tasks=[block_task(made["id"])])
    (task,) = service.reviews.tasks(TaskQuery("documents")).tasks
    decide(service.reviews, task, "correct", {"text": "x"})
    lines = client.get("/api/documents/corrections")
    assert lines.headers["content-type"] == "application/jsonl"
    assert json.loads(lines.text)["after"] == "x"
    archive = client.get("/api/documents/corrections", params={"format": "zip"})
    with zipfile.ZipFile(io.BytesIO(archive.content)) as found:
        assert len(found.namelist()) == 3
    assert 'filename="corrections-documents.zip"' in archive.headers["content-disposition"]
    nothing = client.get("/api/documents/corrections", params={"queue": "empty"})
    assert (nothing.status_code, nothing.text) == (200, "")
    for query in ({"queue": "Ä"}, {"format": "csv"}, {"cursor": "nonsense"}):
        assert client.get("/api/documents/corrections", params=query).status_code == 400


def test_names_in_heads_are_ascii_and_whole():
    said = disposition('a"b\\c;é.tar.pdf', ".md")
    assert (
        said
        == "attachment; filename=\"a_b_c__.tar.md\"; filename*=UTF-8''a%22b%5Cc%3B%C3%A9.tar.md"
    )
    assert said.isascii()


def test_a_password_is_sealed_and_never_shown(send, service):
    headers = {"x-document-password": "sesame%20%D8%B3"}
    made = send(headers=headers)
    assert made.status_code == 202
    document_id = made.json()["id"]
    sealed = service.documents.shelf.sealed(document_id)
    secret = (service.document_keys._home / "documents-seal.key").read_text().strip()
    assert unseal(sealed.read_bytes(), secret, document_id) == "sesame س"
    assert "sesame" not in made.text
    refused = send(params={"name": "a.pdf", "password": "sesame"})
    assert (refused.status_code, "sesame" in refused.text) == (400, False)
    assert send(headers={"x-document-password": ""}).json()["id"] != document_id


def test_a_form_may_say_the_password(client, tools, service):
    answer = client.post(
        "/api/documents", files={"file": ("a.pdf", b"bytes")}, data={"password": "sesame"}
    )
    assert answer.status_code == 202, answer.text
    assert service.documents.shelf.sealed(answer.json()["id"]).exists()


def test_a_model_that_there_is_not_is_refused_before_anything_is_kept(send):
    for params in ({"reader": "vision", "model": "nobody"}, {"reader": "both"}, {"reader": "eyes"}):
        assert send(params=params).status_code == 400
