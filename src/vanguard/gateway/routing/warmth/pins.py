"""Remembers who made the items that only their maker can read again.

It does not know what they hold. Encrypted reasoning of OpenAI's Responses is bound to the organisation
that made it: elsewhere the request is refused with `invalid_encrypted_content`; a stored response is
known to the account that stored it. Signatures of Anthropic's thinking are valid on every platform that
serves the model (Anthropic, extended thinking, 2026-11), and pin nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from vanguard.dialects.seals import disclose
from vanguard.gateway.routing.warmth.generations import Generations

# what is made in one of these can be read by the account that made it alone
BOUND_DIALECTS = frozenset({"openai_responses"})

_MOST = 50_000
# the last of a request decide: earlier ones were made there too, or were refused already
_LOOKED_AT = 8
_ENCRYPTED = b'"encrypted_content"'
_PREVIOUS = b'"previous_response_id"'
# what a translation to Anthropic's dialect carries such an item in
_SIGNATURE = b'"signature"'
_RESPONSE = b'"resp_'
_ENVELOPE = b"vgs1."
_MADE = re.compile(rb'"(?:encrypted_content|signature)"\s*:\s*"([^"]{16,})"')
_MADE_ID = re.compile(rb'"id"\s*:\s*"(resp_[^"]{8,200})"')
_ASKED = re.compile(
    rb'"(?:encrypted_content|signature)"\s*:\s*"([^"]{16,})"|"previous_response_id"\s*:\s*"([^"]{8,200})"'
)


class Pins:
    """By hash of the item and tenant, the account that made it."""

    def __init__(self) -> None:
        self._makers: Generations[str] = Generations(_MOST)

    def made(self, data: bytes, tenant: str, account: str) -> None:
        """Bytes of an answer, whole events, on their way to the client."""
        if data.find(_ENCRYPTED) >= 0 or data.find(_SIGNATURE) >= 0:
            for item in _MADE.findall(data):
                self._makers.put(_key(item, tenant), account)
        if data.find(_RESPONSE) >= 0:
            for item in _MADE_ID.findall(data):
                self._makers.put(_key(item, tenant), account)

    def read(self, body: bytes, tenant: str, account: str) -> None:
        """A request that an account has answered well: it could read what the request holds."""
        for first, second in _ASKED.findall(body)[-_LOOKED_AT:]:
            self._makers.put(_key(first or second, tenant), account)

    def maker(self, body: bytes, tenant: str, accounts: Mapping[str, str]) -> str:
        """The account that made the items of a request; empty when it has none, or none is known.

        Args:
            body: the request.
            tenant: whose.
            accounts: of the deployments that it may go to, by id: an item that was carried in another
                dialect's field says itself which deployment made it, to any worker, at any time.
        """
        if body.find(_ENCRYPTED) < 0 and body.find(_PREVIOUS) < 0 and body.find(_SIGNATURE) < 0:
            return ""
        items = [first or second for first, second in _ASKED.findall(body)]
        for item in reversed(items[-_LOOKED_AT:]):
            account = self._makers.get(_key(item, tenant)) or _enclosed(item, accounts)
            if account:
                return account
        return ""


def _enclosed(item: bytes, accounts: Mapping[str, str]) -> str:
    if not item.startswith(_ENVELOPE):
        return ""
    seal = disclose(item.decode("utf-8", "replace"))
    return accounts.get(seal.origin, "") if seal is not None else ""


def _key(item: bytes, tenant: str) -> int:
    # a slash may be written with a backslash before it
    return hash((tenant, item.replace(b"\\", b"")))
