# Made from src/vanguard/sdk/_async/client.py by tools/unasync.py; change that file, not this one.
"""The client: chat, embeddings, and everything that the management API offers.

It does not know HTTP; errors are those of `vanguard.core.errors`, read back from the answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

import msgspec

from vanguard.core.clock import SystemClock
from vanguard.core.errors import AccessError
from vanguard.sdk._sync.documents import Documents
from vanguard.sdk._sync.http import Http, request_id
from vanguard.sdk._sync.keys import Keys
from vanguard.sdk._sync.reviews import Reviews
from vanguard.sdk._sync.stream import ChatStream
from vanguard.sdk.replies import Collector, read, read_embeddings, read_model_names, read_usage
from vanguard.sdk.requests import chat_body, embed_body, usage_query
from vanguard.sdk.target import find_target
from vanguard.sdk.values import (
    ChatOptions,
    ChatReply,
    Embeddings,
    Messages,
    ModelInfo,
    Provider,
    Reloaded,
    RequestRow,
    Route,
    Status,
    UsageFilter,
    UsageReport,
)


class _Models(msgspec.Struct):
    data: list[ModelInfo]


class _Providers(msgspec.Struct):
    data: list[Provider]


class _Requests(msgspec.Struct):
    data: list[RequestRow]


class Client:
    """A client of one Vanguard. Use it as a context manager, or call `close`.

    Nothing is sent twice in secret, but for reads: a GET is tried three times when the connection
    breaks or the server answers 502, 503 or 504. Every method raises `VanguardError`: the error
    that the server named, or `NotReady`, `UpstreamTimeout`, `UpstreamTruncated` when it does not
    answer, not in time, or not to the end.

    Attributes:
        keys: makes, lists and revokes keys.
        reviews: tasks of reviewers.
        documents: hands documents in and fetches what was read.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        home: str | Path | None = None,
        timeout_s: float = 600,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Finds the platform and its keys as `vanguard.sdk.target.find_target` says.

        Args:
            url: such as `http://127.0.0.1:8080`.
            key: used for everything; otherwise environment and home are looked at.
            home: the home of a platform on this machine.
            timeout_s: of each wait for bytes.
            headers: sent with every request, such as `x-vanguard-session`.
        """
        target = find_target(url, key, home)
        self.url = target.url
        self._has_admin_key = bool(target.admin_key)
        self._http = Http(target, timeout_s, headers or {})
        self._clock = SystemClock()
        self.keys = Keys(self._http)
        self.reviews = Reviews(self._http)
        self.documents = Documents(self._http)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the connections."""
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def chat(
        self, messages: Messages, model: str = "default", **options: Unpack[ChatOptions]
    ) -> ChatReply:
        """Asks a model and waits for the whole answer.

        Args:
            messages: a text, or messages.
            model: a public name.
            options: see `ChatOptions`.
        """
        collected = Collector(self._clock.monotonic())
        body = chat_body(messages, model, options, stream=False)
        answer = self._http.model_call("/v1/chat/completions", body)
        collected.request_id = request_id(answer)
        return collected.whole(answer.content, self._clock.monotonic())

    def stream(
        self, messages: Messages, model: str = "default", **options: Unpack[ChatOptions]
    ) -> ChatStream:
        """Asks a model and gives its answer piece by piece: iterate over it, then see `reply`."""
        body = chat_body(messages, model, options, stream=True)
        return ChatStream(self._http, body, self._clock)

    def embed(self, texts: str | Sequence[str], model: str = "default-embedding") -> Embeddings:
        """Turns each text into a vector."""
        answer = self._http.model_call("/v1/embeddings", embed_body(texts, model))
        return read_embeddings(answer.content)

    def models(self) -> tuple[ModelInfo, ...]:
        """All models with their deployments; without an admin key the names that the key may use."""
        if self._has_admin_key:
            try:
                answer = self._http.get("/api/models")
                return tuple(read(answer.content, _Models).data)
            except AccessError:
                pass  # a key that may call models and not administer: see what it may see
        return read_model_names((self._http.get("/v1/models")).content)

    def providers(self) -> tuple[Provider, ...]:
        """The providers that settings may name. Needs an admin key."""
        return tuple(read((self._http.get("/api/providers")).content, _Providers).data)

    def usage(
        self, group_by: str | Sequence[str] = (), **chosen: Unpack[UsageFilter]
    ) -> UsageReport:
        """Usage and cost, added up. Needs an admin key.

        Args:
            group_by: any of key, team, user, model, deployment, provider, operation, day,
                hour, session and tag:NAME.
            chosen: see `UsageFilter`.
        """
        answer = self._http.get("/api/usage", usage_query(group_by, chosen))
        return read_usage(answer.content)

    def usage_csv(self, group_by: str | Sequence[str] = (), **chosen: Unpack[UsageFilter]) -> str:
        """As `usage`, as CSV text with a line of names."""
        query = usage_query(group_by, chosen) | {"format": "csv"}
        return (self._http.get("/api/usage", query)).text

    def requests(
        self, limit: int = 50, *, before: str = "", key: str = "", model: str = ""
    ) -> tuple[RequestRow, ...]:
        """The last requests, newest first; `before` is the id of the last row seen."""
        query = {"limit": str(limit), "before": before, "key": key, "model": model}
        given = {name: value for name, value in query.items() if value}
        return tuple(read((self._http.get("/api/requests", given)).content, _Requests).data)

    def status(self) -> Status:
        """How the platform is. Needs an admin key."""
        return read((self._http.get("/api/status")).content, Status)

    def explain_route(
        self, request: Mapping[str, Any], *, path: str = "/v1/chat/completions", key: str = ""
    ) -> Route:
        """Which attempts a request would make, and why; it is not made. Needs an admin key.

        Args:
            request: the body that a client would send; `{"model": …}` will do.
            path: where it would send it.
            key: id or name of the key that it would come with; the admin key when empty.
        """
        question = {"request": request, "path": path, "key": key}
        body = msgspec.json.encode(question)
        answer = self._http.change("POST", "/api/route/explain", body)
        return read(answer.content, Route)

    def reload(self) -> Reloaded:
        """Has the settings read again; refused settings raise and change nothing."""
        return read((self._http.change("POST", "/api/reload")).content, Reloaded)
