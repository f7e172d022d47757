"""The application as a whole: its description, and nothing served beside it."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_the_description_names_every_route_and_its_errors(client: TestClient) -> None:
    found = client.get("/api/openapi.json").json()
    assert {
        "/api/keys",
        "/api/keys/{key_id}",
        "/api/keys/{key_id}/aws",
        "/api/keys/{key_id}/rotate",
        "/api/models",
        "/api/deployments",
        "/api/providers",
        "/api/usage",
        "/api/requests",
        "/api/status",
        "/api/reload",
        "/api/login",
        "/api/logout",
        "/api/session",
        "/api/documents",
        "/api/documents/corrections",
        "/api/documents/{document_id}",
        "/api/documents/{document_id}/result",
        "/api/documents/{document_id}/pages/{number}/image",
        "/api/review/queues",
        "/api/review/queues/{queue}/tasks",
        "/api/review/queues/{queue}/claims",
        "/api/review/queues/{queue}/agreement",
        "/api/review/queues/{queue}/decisions",
        "/api/review/tasks/{task_id}",
        "/api/review/tasks/{task_id}/claim",
        "/api/review/tasks/{task_id}/decisions",
        "/api/review/tasks/{task_id}/undo",
    } == set(found["paths"])
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
            assert "4XX" in operation["responses"], (path, method)
    assert "secret" in found["components"]["schemas"]["KeyWithSecret"]["properties"]
    assert "secret" not in found["components"]["schemas"]["KeyOut"]["properties"]


def test_no_other_descriptions_are_served(client: TestClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/api/docs"):
        assert client.get(path).status_code == 404
