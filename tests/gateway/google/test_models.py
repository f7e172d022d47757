"""The list of models as Google's SDKs expect it."""

from __future__ import annotations

from support.gateway import SECRET, deployment, snapshot

GOOGLE = {"x-goog-api-key": SECRET}


async def test_the_list_and_one_model(runner, client):
    place = deployment("http://127.0.0.1:9/v1", max_output_tokens=99, context_tokens=999)
    running = await runner.start(snapshot([place]))
    answer = await client.get(running.base_url + "/v1beta/models?pageSize=50", headers=GOOGLE)
    rows = {row["name"]: row for row in answer.json()["models"]}
    assert set(rows) == {"models/m", "models/alias", "models/e"}
    chat = rows["models/m"]
    assert (chat["inputTokenLimit"], chat["outputTokenLimit"]) == (999, 99)
    assert "generateContent" in chat["supportedGenerationMethods"]
    assert "embedContent" in rows["models/e"]["supportedGenerationMethods"]
    one = await client.get(running.base_url + "/v1beta/models/claude-x", headers=GOOGLE)
    assert one.json()["name"] == "models/claude-x"


async def test_what_is_not_there_is_told_in_googles_words(runner, client):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:9/v1")]))
    gone = await client.get(running.base_url + "/v1beta/models/nope", headers=GOOGLE)
    assert (gone.status_code, gone.json()["error"]["status"]) == (404, "NOT_FOUND")
    unknown = await client.get(running.base_url + "/v1beta/models")
    assert (unknown.status_code, unknown.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    wrong = await client.post(running.base_url + "/v1beta/models", headers=GOOGLE)
    assert wrong.status_code == 405
