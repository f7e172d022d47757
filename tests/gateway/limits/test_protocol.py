import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.gateway.limits.protocol import (
    MAX_BYTES,
    Alive,
    Ask,
    Bye,
    Denied,
    Entry,
    Frames,
    Grant,
    Hello,
    Left,
    Lot,
    Recall,
    Refusal,
    Report,
    Want,
    frame,
    read_from_worker,
    read_to_worker,
)

ENTRY = Entry("s", (1, 2, 3, -4), 5, 6, 7, ((8, 9),), ((8, -9),))
REPORT = Report(1.5, 10, 3, (ENTRY,), recalled=2)
LEFT = Left("s", 1, -1, 3)
FROM_WORKER = [
    REPORT,
    Hello(1, "gateway-0", 12, "w_1", REPORT),
    Ask(4, (Want("s", (1, 0, 1, 2)),)),
    Bye(),
]
TO_WORKER = [
    Grant(1, 4, (Lot("s", (1, 2, 3, 4)),), (LEFT,)),
    Refusal(4, "s", 3, 9, 0, (LEFT,)),
    Recall(2, ("s", "t")),
    Alive(1.5, True, (LEFT,)),
    Denied("no"),
]


@given(st.data())
def test_messages_survive_any_cut_of_the_stream(data):
    sent = data.draw(st.lists(st.sampled_from(FROM_WORKER), max_size=5))
    stream = b"".join(map(frame, sent))
    frames, heard, at = Frames(), [], 0
    while at < len(stream):
        size = data.draw(st.integers(1, len(stream) - at))
        heard += [read_from_worker(one) for one in frames.feed(stream[at : at + size])]
        at += size
    assert heard == sent


@pytest.mark.parametrize("message", TO_WORKER, ids=lambda one: type(one).__name__)
def test_what_the_lender_says_is_read_back(message):
    assert [read_to_worker(one) for one in Frames().feed(frame(message))] == [message]


def test_what_is_none_of_it_is_refused():
    with pytest.raises(ValueError, match="a message of"):
        list(Frames().feed((MAX_BYTES + 1).to_bytes(4, "big")))
    for read in (read_from_worker, read_to_worker):
        with pytest.raises(ValueError, match="malformed"):
            read(b"\xc1")
    (payload,) = Frames().feed(frame(Bye()))
    with pytest.raises(ValueError, match="bye"):
        read_to_worker(payload)
