"""A wrapper that changes nothing is the relay that it is around."""

from unittest.mock import Mock

import pytest

from vanguard.core.errors import UpstreamError
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.wrappers.wrapper import RelayWrapper

ERROR = UpstreamError("no")


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("request_body", ()),
        ("whole", (b"body",)),
        ("feed", (b"data",)),
        ("finish", ()),
        ("failure", (500, b"body")),
        ("error_event", (ERROR, "req_1")),
        ("usage", ()),
        ("failed", ()),
        ("stopped", ()),
    ],
)
def test_every_verb_is_the_inner_relays(verb, given):
    inner = Mock(spec=Relay, losses=("x",))
    answer = getattr(RelayWrapper(inner), verb)(*given)
    called = getattr(inner, verb)
    assert answer is called.return_value
    called.assert_called_once_with(*given)


def test_what_it_says_of_itself_is_the_inner_relays():
    inner = Mock(spec=Relay, losses=("x",), tokens=7, done=True)
    wrapper = RelayWrapper(inner)
    assert (wrapper.losses, wrapper.tokens, wrapper.done, wrapper.skim) == (("x",), 7, True, None)
