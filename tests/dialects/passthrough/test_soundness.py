import pytest

from vanguard.core.errors import UpstreamError
from vanguard.dialects.passthrough.soundness import check_event, check_json, says_error


@pytest.mark.parametrize(
    "event",
    [
        b'data: {"a":"\\ud83d"}\n\n',  # half of a pair: the other half comes with the next event
        b"data: [DONE]\n\n",
        b": a comment\n\n",
        b"event: ping\n\n",
        b"\n\n",
        b"data:\n\n",
        b'data: {"a":\ndata: 1}\n\n',
        b"data: null\n\n",
        b"data: hello\n\n",
        b'data: {"a":"\xf0\x9f"}\n\n',
        b'data: {"a":"\t"}\n\n',
        b'data: {"a":' + b"[" * 200_000 + b"\n\n",
    ],
)
def test_what_readers_take_passes(event):
    check_event(event)


@pytest.mark.parametrize("cut", range(1, 12))
def test_an_event_cut_within_its_json_is_an_error(cut):
    data = b'{"a":{"b":1}}'
    with pytest.raises(UpstreamError, match="broken off"):
        check_event(b"data: " + data[:-cut] + b"\n\n")
    with pytest.raises(UpstreamError):
        check_json(data[:-cut])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"error":{"message":"x"}}', True),
        (b'{"error":"x"}', True),
        (b'{"error":null}', False),
        (b'{"error":{}}', False),
        (b"{}", False),
        (b"[]", False),
        (b"", False),
        (b'{"error":{"mess', False),
        (b"\xff", False),
        (b"[" * 100_000, False),
    ],
)
def test_an_error_in_place_of_an_answer(body, says):
    assert says_error(body) is says
