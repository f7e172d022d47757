"""Reads from Vertex's refusals whether they are about the platform's own account.

It does not know who is asked next. Reasons: google.api.ErrorReason; words: Vertex AI, troubleshooting and
access control (2026-11).
"""

from __future__ import annotations

import re

_LOOKED_AT_BYTES = 16_384
# what a client has sent cannot be mistaken for these: within JSON's strings its quotes have backslashes,
# and a message that repeats it does not begin with it
_OURS = re.compile(
    rb'"reason"\s*:\s*"(?:SERVICE_DISABLED|BILLING_DISABLED|ACCESS_TOKEN_\w+|ACCOUNT_STATE_INVALID'
    rb'|API_KEY_\w+|CONSUMER_\w+|USER_PROJECT_DENIED)"'
    rb'|"permission"\s*:\s*"(?:aiplatform\.endpoints\.|serviceusage\.)'
    rb"|\"message\"\s*:\s*\"(?:Permission (?:'|\\u0027)aiplatform\.endpoints\."
    rb"|Permission denied on resource project |Request had insufficient authentication scopes"
    rb"|Caller does not have required permission to use project "
    rb"|[\w .]{1,80} API has not been used in project |This API method requires billing )"
)


def refuses_us(body: bytes) -> bool:
    """Whether a 403 is about the account that the platform's token is for, whatever was asked of it."""
    return _OURS.search(body[:_LOOKED_AT_BYTES]) is not None
