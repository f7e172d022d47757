"""Carries requests to one Vanguard and turns its refusals into errors of the tree.

It does not know what a request is about.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx

from vanguard.core.errors import NotReady, UpstreamTimeout, UpstreamTruncated, VanguardError
from vanguard.sdk.errors import read_error
from vanguard.sdk.own_certificate import verification
from vanguard.sdk.target import Target

CONNECT_S = 5.0
_GET_TRIES = 3
_PAUSE_S = 0.2
_TRY_AGAIN = frozenset({502, 503, 504})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class AsyncHttp:
    """One pool of connections.

    A GET is tried three times when the connection breaks or the server answers 502, 503 or 504;
    nothing else is ever sent twice.
    """

    def __init__(self, target: Target, timeout_s: float, headers: Mapping[str, str]) -> None:
        """Opens nothing yet; `timeout_s` bounds each wait for bytes, not a whole answer."""
        self._target = target
        url = urlsplit(target.url)
        self._client = httpx.AsyncClient(
            base_url=target.url,
            headers={"user-agent": "vanguard-sdk", **headers},
            timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
            trust_env=not _is_here(target),  # proxies are for elsewhere
            # Reading the certificate authorities takes longer than a request; http needs none.
            verify=verification(target.certificate)
            if url.scheme == "https"
            else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def model_call(self, path: str, body: bytes) -> httpx.Response:
        """Sends a model call.

        Raises:
            VanguardError: what the server answered, or that it does not.
        """
        headers = self._headers(self._target.key)
        try:
            response = await self._client.post(path, content=body, headers=headers)
        except httpx.TransportError as error:
            raise self._meaning(error, path) from error
        return _checked(response)

    @asynccontextmanager
    async def streamed_call(self, path: str, body: bytes) -> AsyncIterator[httpx.Response]:
        """Sends a model call whose answer is read in pieces.

        Raises:
            VanguardError: as `model_call`; also while the pieces are read.
        """
        headers = self._headers(self._target.key)
        try:
            async with self._client.stream("POST", path, content=body, headers=headers) as response:
                if not response.is_success:
                    await response.aread()
                yield _checked(response)
        except httpx.TransportError as error:
            raise self._meaning(error, path) from error

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> httpx.Response:
        """Reads from the management API, or what a key may see of `/v1`.

        Raises:
            VanguardError: as `model_call`.
        """
        admin = path.startswith("/api")
        headers = self._headers(self._target.admin_key if admin else self._target.key)
        for tries_left in range(_GET_TRIES - 1, -1, -1):
            try:
                response = await self._client.get(self._place(path), params=query, headers=headers)
            except httpx.TransportError as error:
                meaning = self._meaning(error, path)
                if not tries_left or not isinstance(meaning, UpstreamTruncated):
                    raise meaning from error
            else:
                if response.status_code not in _TRY_AGAIN or not tries_left:
                    return _checked(response)
            await asyncio.sleep(_PAUSE_S)
        raise AssertionError("the last try returns or raises")

    @asynccontextmanager
    async def streamed_get(
        self, path: str, query: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """Reads from the management API what is read in pieces; it is tried once.

        Raises:
            VanguardError: as `model_call`; also while the pieces are read.
        """
        headers = self._headers(self._target.admin_key)
        try:
            async with self._client.stream(
                "GET", self._place(path), params=query, headers=headers
            ) as response:
                if not response.is_success:
                    await response.aread()
                yield _checked(response)
        except httpx.TransportError as error:
            raise self._meaning(error, path) from error

    async def change(
        self, method: str, path: str, body: bytes = b"", more: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Changes something over the management API; `more` are headers.

        Raises:
            VanguardError: as `model_call`.
        """
        headers = self._headers(self._target.admin_key) | dict(more or {})
        try:
            response = await self._client.request(
                method, self._place(path), content=body or None, headers=headers
            )
        except httpx.TransportError as error:
            raise self._meaning(error, path) from error
        return _checked(response)

    async def upload(
        self, path: str, query: Mapping[str, str], body: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        """Sends a file to the management API.

        Raises:
            VanguardError: as `model_call`.
        """
        sent = {**self._headers(self._target.admin_key), **headers}
        try:
            response = await self._client.post(
                self._place(path), params=query, content=body, headers=sent
            )
        except httpx.TransportError as error:
            raise self._meaning(error, path) from error
        return _checked(response)

    def _headers(self, key: str) -> dict[str, str]:
        headers = {"content-type": "application/json"}
        if key:
            headers["authorization"] = f"Bearer {key}"
        return headers

    def _base(self, path: str) -> str:
        """Who serves a path: the management API may have a port of its own."""
        admin = self._target.admin_url if path.startswith("/api") else ""
        return admin or self._target.url

    def _place(self, path: str) -> str:
        return self._base(path) + path

    def _meaning(self, error: httpx.TransportError, path: str) -> VanguardError:
        url = self._base(path)
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            why = str(error) or "timed out"
            return NotReady(f"nothing answers at {url} ({why}); is `vanguard up` running?")
        if isinstance(error, httpx.TimeoutException):
            return UpstreamTimeout(f"no answer from {url} in time")
        return UpstreamTruncated(f"the connection to {url} ended before the answer did ({error})")


def _is_here(target: Target) -> bool:
    return any(urlsplit(url).hostname in _LOOPBACK for url in (target.url, target.admin_url))


def request_id(response: httpx.Response) -> str:
    """The id that the server gave to this request; empty when it gave none."""
    return str(response.headers.get("x-request-id", ""))


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    error: VanguardError = read_error(
        response.status_code,
        response.content,
        request_id=request_id(response),
        retry_after=response.headers.get("retry-after", ""),
    )
    raise error
