# Made from src/vanguard/sdk/_async/keys.py by tools/unasync.py; change that file, not this one.
"""The keys of a platform. It does not know how requests travel."""

from __future__ import annotations

from typing import Unpack
from urllib.parse import quote

import msgspec

from vanguard.sdk._sync.http import Http
from vanguard.sdk.replies import read
from vanguard.sdk.requests import key_body
from vanguard.sdk.values import AwsPair, Key, KeyOptions, NewKey


class _Keys(msgspec.Struct):
    data: list[Key]


class Keys:
    """Makes, lists and revokes keys. Everything here needs an admin key."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def create(self, name: str, **options: Unpack[KeyOptions]) -> NewKey:
        """Makes a key; its secret is in this answer only."""
        answer = self._http.change("POST", "/api/keys", key_body(name, options))
        return read(answer.content, NewKey)

    def list(self) -> tuple[Key, ...]:
        """Every key, revoked ones included, oldest first."""
        answer = self._http.get("/api/keys")
        return tuple(read(answer.content, _Keys).data)

    def get(self, key_id: str) -> Key:
        """One key by its id."""
        answer = self._http.get(f"/api/keys/{quote(key_id, safe='')}")
        return read(answer.content, Key)

    def revoke(self, key_id: str) -> Key:
        """Ends a key for good; its usage stays."""
        answer = self._http.change("DELETE", f"/api/keys/{quote(key_id, safe='')}")
        return read(answer.content, Key)

    def rotate(self, key_id: str) -> NewKey:
        """Gives a key a new secret; the old one stops within about a tenth of a second."""
        answer = self._http.change("POST", f"/api/keys/{quote(key_id, safe='')}/rotate")
        return read(answer.content, NewKey)

    def aws_pair(self, key_id: str) -> AwsPair:
        """The key pair by which SDKs of AWS call models as this key; a rotation ends it."""
        answer = self._http.change("POST", f"/api/keys/{quote(key_id, safe='')}/aws")
        return read(answer.content, AwsPair)
