"""Different dialects on the two sides: wire, neutral conversation, wire.

It does not know either dialect. What cannot be carried is listed in `losses`, or refused in strict
mode.
"""

from __future__ import annotations

import msgspec

from vanguard.core.errors import VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects.contract import Dialect, Losses
from vanguard.dialects.conversation import (
    Conversation,
    ReplyEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    UsageUpdate,
)
from vanguard.gateway.exchange import Exchange
from vanguard.wire.sse import Splitter
