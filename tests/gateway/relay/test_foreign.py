"""Which relay stands between which dialects."""

import pytest

from support.gateway import deployment
from vanguard.dialects.passthrough.contract import Peek
from vanguard.gateway.doors import Door
from vanguard.gateway.relay.counted import CountedRelay
from vanguard.gateway.relay.embedded import EmbeddedRelay
from vanguard.gateway.relay.foreign import foreign_relay
from vanguard.gateway.relay.passthrough import PassThroughRelay
from vanguard.gateway.relay.reframed import UnwrappedRelay
from vanguard.gateway.relay.translated import TranslatedRelay
from vanguard.gateway.relay.wrappers.renamed import RenamedRelay
from vanguard.snapshot.model import Aws

BODY = b'{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"hi"}],"input":"x"}'
CONVERSE = b'{"messages":[{"role":"user","content":[{"text":"hi"}]}]}'
CLAUDE = deployment("http://x", dialect="bedrock_converse", aws=Aws("r", anthropic=True))
NOVA = deployment("http://x", dialect="bedrock_converse", aws=Aws("r"))
ANTHROPIC = deployment("http://x", dialect="anthropic_messages")
OPENAI = deployment("http://x")


class Asked:
    strict = False
    cap_tokens = None
    id = "req_1"

    def __init__(self, dialect, operation):
        self.door = Door(dialect, operation)
        self.body = CONVERSE if dialect == "bedrock_converse" else BODY
        self.peek = Peek("m")


@pytest.mark.parametrize(
    ("dialect", "operation", "one", "kind"),
    [
        ("openai_chat", "chat", CLAUDE, TranslatedRelay),
        # InvokeModel, and the name that was asked for
        ("anthropic_messages", "chat", CLAUDE, RenamedRelay),
        ("anthropic_messages", "chat", NOVA, TranslatedRelay),
        ("bedrock_invoke", "chat", CLAUDE, PassThroughRelay),
        ("bedrock_invoke", "chat", NOVA, TranslatedRelay),
        ("bedrock_invoke", "chat", ANTHROPIC, UnwrappedRelay),
        ("bedrock_invoke", "chat", OPENAI, TranslatedRelay),
        ("bedrock_converse", "chat", ANTHROPIC, TranslatedRelay),
        ("anthropic_messages", "chat", OPENAI, TranslatedRelay),
        ("anthropic_messages", "count_tokens", OPENAI, PassThroughRelay),
        ("anthropic_messages", "count_tokens", CLAUDE, CountedRelay),
        ("bedrock_converse", "count_tokens", ANTHROPIC, CountedRelay),
        ("bedrock_invoke", "embeddings", NOVA, PassThroughRelay),
        ("bedrock_invoke", "embeddings", OPENAI, EmbeddedRelay),
        ("openai_chat", "embeddings", NOVA, EmbeddedRelay),
    ],
)
def test_relays(dialect, operation, one, kind):
    assert type(foreign_relay(Asked(dialect, operation), one)) is kind
