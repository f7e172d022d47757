"""No address with a NUL reaches a database."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

ADDRESSES = [
    "/api/keys/%00",
    "/api/keys/a%00b/rotate",
    "/api/documents/%00",
    "/api/review/tasks/%00",
    "/api/usage?group_by=tag:a%00",
    "/api/usage?key=%00",
    "/api/requests?before=a%00b",
    "/api/documents?cursor=%00",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_a_nul_is_refused(client: TestClient, address: str) -> None:
    method = "POST" if address.endswith("rotate") else "GET"
    answer = client.request(method, address)
    error = answer.json()["error"]
    told = (400, "invalid_request") if "?" in address else (404, "not_found")
    assert (answer.status_code, error["code"]) == told
    assert "NUL" in error["message"]


def test_the_parameter_that_holds_it_is_named(client: TestClient) -> None:
    answer = client.get("/api/usage?model=m&key=a%00b")
    assert answer.json()["error"]["param"] == "key"


def test_the_escape_of_a_percent_sign_is_no_nul(client: TestClient) -> None:
    assert client.get("/api/usage?key=%2500").status_code == 200
