"""What a request tells about who is behind it: its conversation, its agent, its tags.

It does not know who may say what: a key's own tags always win over what its holder sends.

Claude Code names session, sub-agent and a sub-agent's parent in headers of its own
(the session: https://code.claude.com/docs/en/llm-gateway, May 2026; the agents: as 2.1.197 sends
them). Codex names its session so (as 0.169.0 sends it). `metadata.user_id` of a body is telemetry,
names nobody, and is not read.
"""

from __future__ import annotations

from vanguard.gateway.http.messages import Request

_MOST_TAGS = 10
_STRICT = b"x-vanguard-strict"
_TAGS = b"x-vanguard-tags"
# the first one that is there counts: what was meant for us goes before what a client always sends
_SESSIONS = (b"x-vanguard-session", b"x-claude-code-session-id", b"session-id")
# header of a client: the tag that it becomes
_AGENTS = {
    b"x-claude-code-agent-id": "agent",
    b"x-claude-code-parent-agent-id": "parent_agent",
}
# a request without any of these costs one look
TELLING = frozenset({_STRICT, _TAGS, *_SESSIONS, *_AGENTS})


def told(request: Request, key_tags: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The session, empty when none is told, and the tags; `key_tags` itself when none are added."""
    index = request.index
    session = ""
    for name in _SESSIONS:
        if name in index:
            session = request.text(name)
            if session:
                break
    own = {tag: request.text(name) for name, tag in _AGENTS.items() if name in index}
    if _TAGS in index:
        pairs = (part.partition("=") for part in request.text(_TAGS, 1000).split(",")[:_MOST_TAGS])
        own |= {name.strip()[:64]: value.strip()[:200] for name, _, value in pairs if name.strip()}
    return session, {**own, **key_tags} if own else key_tags


def wants_strict(request: Request) -> bool:
    """Whether what cannot be carried to the model's API is to be refused."""
    return request.text(_STRICT).lower() in {"1", "true", "yes"}
