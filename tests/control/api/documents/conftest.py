import pytest

from support.documents.tools import PlainTools


@pytest.fixture
def tools(service):
    service.documents.tools = PlainTools()
    return service.documents.tools


@pytest.fixture
def send(client, tools):
    """Hands a document in."""

    def send(data=b"bytes", **more):
        query = more.pop("params", {"name": "a.pdf"})
        return client.post("/api/documents", content=data, params=query, **more)

    return send
