"""Asks control over its Unix socket for what the banner shows, and for the very first key.

It does not know how control keeps keys; it speaks the management API with the admin key.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import httpx
import msgspec

from vanguard.compose.supervisor.banner import Served
from vanguard.compose.supervisor.home import Home, write_private
from vanguard.core.ids import hint

NAME = "first"
_TIMEOUT_S = 30.0


class _Key(msgspec.Struct, frozen=True):
    id: str
    name: str
    hint: str
    secret: str = ""
    revoked_at: str | None = None
    last_used_at: str | None = None


class _Keys(msgspec.Struct, frozen=True):
    data: list[_Key]


class _Deployment(msgspec.Struct, frozen=True):
    context_tokens: int | None = None


class _Model(msgspec.Struct, frozen=True):
    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    deployments: tuple[_Deployment, ...] = ()


class _Models(msgspec.Struct, frozen=True):
    data: list[_Model]


class _Fault(msgspec.Struct, frozen=True):
    message: str


class _Refusal(msgspec.Struct, frozen=True):
    error: _Fault


class ControlApi:
    """The management API, spoken as the admin.

    Every method raises `httpx.HTTPError` when control does not answer or refuses.
    """

    def __init__(self, socket: Path, admin_key: str) -> None:
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=str(socket)),
            base_url="http://control",
            headers={"Authorization": f"Bearer {admin_key}"},
            timeout=_TIMEOUT_S,
        )

    async def __aenter__(self) -> ControlApi:
        """Itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the connection."""
        await self._client.aclose()

    async def answers(self) -> bool:
        """Whether control takes requests."""
        try:
            return (await self._client.get("/api/status")).status_code == 200
        except httpx.TransportError:
            return False

    async def models(self) -> list[Served]:
        """What clients can ask for; the context is that of the longest deployment."""
        found = msgspec.json.decode(await self._get("/api/models"), type=_Models)
        return [
            Served(
                model.name,
                model.kind,
                model.aliases,
                max((one.context_tokens or 0 for one in model.deployments), default=0),
            )
            for model in found.data
        ]

    async def ensure_first_key(self, home: Home) -> str | None:
        """The secret of the first key; None when others made keys and this one is not kept.

        Raises:
            OSError: the secret cannot be written.
        """
        keys = msgspec.json.decode(await self._get("/api/keys"), type=_Keys).data
        kept = home.first_key.read_text("utf-8").strip() if home.first_key.exists() else ""
        mine = [key for key in keys if key.name == NAME and not key.revoked_at]
        if kept and any(key.hint == hint(kept) for key in mine):
            return kept
        if not keys:
            made = await self._post("/api/keys", {"name": NAME})
        elif mine and not kept and mine[0].last_used_at is None:
            # Made by a start that ended before it could keep the secret: nobody ever had it.
            made = await self._post(f"/api/keys/{mine[0].id}/rotate", {})
        else:
            return None
        secret = msgspec.json.decode(made, type=_Key).secret
        write_private(home.first_key, secret + "\n")
        return secret

    async def reload(self) -> str | None:
        """Has control read the settings again; returns why it refused, None when it did not."""
        answer = await self._client.post("/api/reload")
        return None if answer.is_success else refusal(answer)

    async def _get(self, path: str) -> bytes:
        return (await self._client.get(path)).raise_for_status().content

    async def _post(self, path: str, body: dict[str, str]) -> bytes:
        return (await self._client.post(path, json=body)).raise_for_status().content


def refusal(answer: httpx.Response) -> str:
    """The message of an error that the management API answered with."""
    try:
        return msgspec.json.decode(answer.content, type=_Refusal).error.message
    except msgspec.MsgspecError:
        return f"HTTP {answer.status_code}"
