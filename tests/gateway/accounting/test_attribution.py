"""What clients tell about themselves, and who has the last word."""

import pytest

from vanguard.gateway.accounting.attribution import TELLING, told, wants_strict
from vanguard.gateway.http.messages import Request


def request(**headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request("POST", b"/v1/messages", pairs)


KEY_TAGS = {"project": "search"}


def test_a_request_that_tells_nothing_costs_no_dict():
    session, tags = told(request(host="h"), KEY_TAGS)
    assert session == ""
    assert tags is KEY_TAGS
    assert TELLING.isdisjoint(request(host="h").index)


def test_a_session_of_ours_goes_before_that_of_the_client():
    both = {"x_claude_code_session_id": "theirs", "x_vanguard_session": "ours"}
    assert told(request(**both), KEY_TAGS)[0] == "ours"
    assert told(request(x_claude_code_session_id="theirs"), KEY_TAGS) == ("theirs", KEY_TAGS)
    assert told(request(**both | {"x_vanguard_session": ""}), KEY_TAGS)[0] == "theirs"
    assert told(request(session_id="codex"), KEY_TAGS)[0] == "codex"


def test_agents_become_tags():
    _, tags = told(
        request(x_claude_code_agent_id="a1", x_claude_code_parent_agent_id="a0"), KEY_TAGS
    )
    assert tags == {"agent": "a1", "parent_agent": "a0", "project": "search"}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("stage=test", {"stage": "test"}),
        (" stage = test ,agent=mine", {"stage": "test", "agent": "mine"}),
        ("project=stolen,=nameless,bare", {"bare": ""}),
        (",".join(f"t{n}=1" for n in range(12)), {f"t{n}": "1" for n in range(10)}),
        ("long=" + "x" * 300, {"long": "x" * 200}),
    ],
)
def test_what_the_key_says_cannot_be_overwritten(written, found):
    _, tags = told(request(x_vanguard_tags=written, x_claude_code_agent_id="a1"), KEY_TAGS)
    assert tags == {"agent": "a1"} | found | KEY_TAGS


@pytest.mark.parametrize(("said", "strict"), [("1", True), ("TRUE", True), ("0", False)])
def test_strict(said, strict):
    assert wants_strict(request(x_vanguard_strict=said)) is strict
