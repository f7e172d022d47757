"""The response object around the items: what was asked is told again in it.

It does not know items or events. It is written three times for a stream, so what does not change is
rendered once.
"""

from __future__ import annotations

import msgspec

from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Text
from vanguard.dialects.openai_responses.tools import DIALECT, write_choice, write_tools

_encode = msgspec.json.Encoder().encode

_ECHOED = ("metadata", "prompt_cache_key")


class Frame:
    """The response object of one reply.

    Attributes:
        model: the upstream's name of the model, once that is known.
    """

    def __init__(self, conversation: Conversation, response_id: str, created_s: int) -> None:
        self.model = conversation.model
        self._head = _encode(
            {"id": response_id, "object": "response", "created_at": created_s, "background": False}
        )
        self._echo = _encode(_asked(conversation))

    def response(
        self,
        status: str,
        output: list[dict[str, object]],
        *,
        incomplete: str = "",
        error: dict[str, object] | dict[str, str] | None = None,
        usage: dict[str, object] | None = None,
    ) -> bytes:
        """The object, as JSON.

        Args:
            status: `in_progress`, `completed`, `incomplete` or `failed`.
            output: the items.
            incomplete: why it is incomplete.
            error: why it failed.
            usage: tokens, where they are known.
        """
        now = _encode(
            {
                "status": status,
                "error": error,
                "incomplete_details": {"reason": incomplete} if incomplete else None,
                "model": self.model,
                "output": output,
                "usage": usage,
            }
        )
        return b"%b,%b,%b" % (self._head[:-1], now[1:-1], self._echo[1:])


def _asked(conversation: Conversation) -> dict[str, object]:
    """What the request said, in the order of the reference; nothing is kept."""
    choice, sampling = conversation.tool_choice, conversation.sampling
    own = {one.path: one.value for one in conversation.foreign if one.dialect == DIALECT}
    texts = [part.text for part in conversation.system if isinstance(part, Text)]
    summary = "auto" if conversation.reasoning.display == "summarized" else None
    asked: dict[str, object] = {
        "instructions": "\n\n".join(texts) or None,
        "max_output_tokens": conversation.max_output_tokens,
        "metadata": {},
        "parallel_tool_calls": choice.parallel is not False,
        "previous_response_id": None,
        "reasoning": {"effort": conversation.reasoning.effort, "summary": summary},
        "service_tier": "default",
        "store": False,
        "temperature": sampling.temperature,
        "text": _text(conversation, own.get("text.verbosity")),
        "tool_choice": write_choice(conversation) or "auto",
        "tools": write_tools(conversation, Losses()),
        "top_p": sampling.top_p,
        "truncation": "disabled",
        "user": conversation.user or None,
    }
    asked |= {name: own[name] for name in _ECHOED if name in own}
    return asked


def _text(conversation: Conversation, verbosity: msgspec.Raw | None) -> dict[str, object]:
    output = conversation.output
    form: dict[str, object] = {"type": output.kind}
    if output.kind == "json_schema":
        form |= {
            "name": output.name,
            "description": output.description or None,
            "schema": output.schema,
            "strict": bool(output.strict),
        }
    return {"format": form, "verbosity": "medium" if verbosity is None else verbosity}
