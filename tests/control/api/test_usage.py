"""Usage over the API, as JSON and CSV."""

from __future__ import annotations

import csv
import io

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.usefixtures("ledger")


def test_the_sum_of_everything(client: TestClient) -> None:
    answer = client.get("/api/usage").json()
    assert answer["total"] == {
        "requests": 3,
        "failed": 1,
        "retried": 0,
        "input_tokens": 300,
        "output_tokens": 60,
        "cache_read_tokens": 120,
        "cache_write_tokens": 0,
        "cost_usd_micros": 750,
        "unknown_price_requests": 1,
        "unsettled_requests": 0,
    }
    assert answer["data"] == [answer["total"]]


def test_groups_carry_their_values(client: TestClient) -> None:
    answer = client.get("/api/usage", params={"group_by": "day,key"}).json()
    assert [(row["day"], row["key"], row["cost_usd_micros"]) for row in answer["data"]] == [
        ("2026-01-01", "key_1", 700),
        ("2026-01-02", "key_1", 50),
    ]
    assert answer["total"]["cost_usd_micros"] == 750
    hours = client.get("/api/usage", params={"group_by": "hour"}).json()["data"]
    assert hours[0]["hour"] == "2026-01-01T00:00:00Z"
    tags = client.get("/api/usage", params={"group_by": "tag:app"}).json()["data"]
    assert {row["tag:app"]: row["requests"] for row in tags} == {"x": 1, None: 2}


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ({"from": "2026-01-02"}, 50),
        ({"to": "2026-01-01"}, 700),  # the whole day
        ({"from": "2026-01-01", "to": "2026-01-02"}, 750),
        ({"from": "2026-01-01T00:30:00Z"}, 750),  # whole hours
        ({"to": "2026-01-02T00:00:00+00:00"}, 700),
        ({"to": "2026-01-02T01:00:00+01:00"}, 700),
        ({"from": "2027-01-01"}, 0),
        ({"model": "sonnet"}, 700),
        ({"key": "key_1"}, 750),
        ({"key": "nobody"}, 0),
    ],
)
def test_filters(client: TestClient, query: dict[str, str], cost: int) -> None:
    assert client.get("/api/usage", params=query).json()["total"]["cost_usd_micros"] == cost


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"group_by": "kye"}, "group_by"),
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"format": "xml"}, "format"),
    ],
)
def test_wrong_questions_are_named(client: TestClient, query: dict[str, str], param: str) -> None:
    answer = client.get("/api/usage", params=query)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_csv_has_the_same_figures(client: TestClient) -> None:
    query = {"group_by": "key,model", "format": "csv"}
    answer = client.get("/api/usage", params=query)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0])[:3] == ["key", "key_name", "model"]
    assert sum(int(row["cost_usd_micros"]) for row in rows) == 750


def test_csv_holds_no_formulas(client: TestClient) -> None:
    text = client.get("/api/usage", params={"group_by": "model", "format": "csv"}).text
    assert "'=cmd()" in text


def test_csv_of_nothing_has_a_head(client: TestClient) -> None:
    text = client.get("/api/usage", params={"key": "nobody", "format": "csv"}).text
    assert text.splitlines() == [",".join(client.get("/api/usage").json()["total"])]


def test_requests_newest_first(client: TestClient) -> None:
    rows = client.get("/api/requests").json()["data"]
    assert [(row["request_id"], row["status"]) for row in rows] == [
        ("req_d", "open"),
        ("req_c", "failed"),
        ("req_b", "ok"),
        ("req_a", "ok"),
    ]
    assert rows[3] == {
        "id": "req_a:0",
        "request_id": "req_a",
        "attempt": 0,
        "at": "2026-01-01T00:00:00Z",
        "key": "key_1",
        "key_name": "key_1",
        "team": "default",
        "user": "user_1",
        "model": "sonnet",
        "deployment": "sonnet/0-anthropic",
        "provider": "anthropic",
        "upstream_model": "claude-sonnet-4-5",
        "operation": "chat",
        "dialect": "openai_chat",
        "stream": False,
        "status": "ok",
        "retried": False,
        "orphan": False,
        "http_status": 200,
        "error": None,
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_tokens": 40,
        "cache_write_tokens": 0,
        "cache_write_1h_tokens": 0,
        "reasoning_tokens": 0,
        "estimated": False,
        "cost_usd_micros": 700,
        "reserved_usd_micros": 900,
        "price_id": "genai-prices:anthropic/claude-sonnet-4-5",
        "price_version": "1",
        "price_unknown": False,
        "first_token_ms": 300,
        "duration_ms": 1500,
        "session": "chat-1",
        "tags": {"app": "x"},
    }


def test_pages_of_requests(client: TestClient) -> None:
    first = client.get("/api/requests", params={"limit": 3}).json()["data"]
    rest = client.get("/api/requests", params={"before": first[-1]["id"]}).json()["data"]
    assert [row["request_id"] for row in rest] == ["req_a"]
    assert client.get("/api/requests", params={"before": "no"}).status_code == 400
    assert client.get("/api/requests", params={"limit": 0}).status_code == 400
    assert client.get("/api/requests", params={"limit": 501}).status_code == 400
