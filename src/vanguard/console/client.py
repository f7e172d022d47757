"""Asks the platform over HTTP, through the gateway, as the admin.

It does not know pages or sessions: whoever calls it has made sure that somebody is signed in. The
admin key stays in this process and is part of no message.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

import httpx
import msgspec

from vanguard.console.records import Model, ProblemOut, Report, Request, Rows, Status
from vanguard.core.errors import ControlUnavailable
from vanguard.sdk.own_certificate import OwnCertificate

Answer = TypeVar("Answer")

_TIMEOUT = httpx.Timeout(10, connect=3)


class PlatformClient:
    """One connection pool to the gateway."""

    def __init__(self, gateway_url: str, admin_key: str, certificate: str = "") -> None:
        """`certificate` is the path of the one that the gateway shows; empty for plain HTTP."""
        self._own = OwnCertificate(certificate) if certificate else None
        # trust_env off: no proxy stands between two processes of one machine
        self._http = httpx.AsyncClient(
            base_url=gateway_url,
            headers={"authorization": f"Bearer {admin_key}"},
            timeout=_TIMEOUT,
            trust_env=False,
            verify=self._own.context if self._own else True,
        )

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def readiness(self) -> str:
        """Empty when the gateway may take traffic, else the reason in its own words.

        Raises:
            ControlUnavailable: it does not answer at all.
        """
        answer = await self._get("/readyz", {})
        return "" if answer.is_success else problem_of(answer.content, answer.status_code)

    async def status(self) -> Status:
        """How control, the engine and the ingestion are; raises ControlUnavailable."""
        return await self._read("/api/status", {}, Status)

    async def models(self) -> tuple[Model, ...]:
        """All public names; raises ControlUnavailable."""
        return (await self._read("/api/models", {}, Rows[Model])).data

    async def usage_since(self, since: datetime) -> Report:
        """Usage by key and model since a moment; raises ControlUnavailable."""
        query = {"from": since.isoformat().replace("+00:00", "Z"), "group_by": "key,model"}
        return await self._read("/api/usage", query, Report)

    async def last_requests(self, limit: int) -> tuple[Request, ...]:
        """The newest attempts first; raises ControlUnavailable."""
        return (await self._read("/api/requests", {"limit": str(limit)}, Rows[Request])).data

    @asynccontextmanager
    async def open_chat(self, body: bytes) -> AsyncIterator[httpx.Response]:
        """Sends a streaming chat completion; between two events up to five minutes may pass.

        Raises:
            httpx.HTTPError: no answer, or one that broke off while it was read.
        """
        self._look_at_certificate()
        request = self._http.stream(
            "POST",
            "/v1/chat/completions",
            content=body,
            headers={"content-type": "application/json"},
            timeout=httpx.Timeout(300, connect=3),
        )
        async with request as answer:
            yield answer

    def _look_at_certificate(self) -> None:
        if self._own is not None:
            self._own.refresh()

    async def _read(self, path: str, query: dict[str, str], shape: type[Answer]) -> Answer:
        answer = await self._get(path, query)
        if not answer.is_success:
            words = problem_of(answer.content, answer.status_code)
            raise ControlUnavailable(f"{path}: {words}")
        try:
            return msgspec.json.decode(answer.content, type=shape)
        except msgspec.MsgspecError as error:
            raise ControlUnavailable(f"{path}: the answer cannot be read: {error}") from error

    async def _get(self, path: str, query: dict[str, str]) -> httpx.Response:
        self._look_at_certificate()
        try:
            return await self._http.get(path, params=query)
        except httpx.HTTPError as error:
            raise ControlUnavailable(f"{path}: {reason_of(error)}") from error


def reason_of(error: httpx.HTTPError) -> str:
    """A transport error in words."""
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return "nobody answers at the gateway's address"
    return str(error) or type(error).__name__


def problem_of(body: bytes, status: int) -> str:
    """The message of an error's envelope, or the status when there is none."""
    try:
        message = msgspec.json.decode(body, type=ProblemOut).error.message
    except msgspec.MsgspecError:
        message = ""
    return message or f"the platform answered with status {status}"
