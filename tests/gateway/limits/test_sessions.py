from vanguard.gateway.limits.protocol import Ask
from vanguard.gateway.limits.sessions import Pending, Session


def test_a_new_worker_is_connected_and_holds_nothing():
    session = Session("w#1", "gateway-0", 12)
    assert session.connected
    assert not session.dead
    assert session.spent == {}
    pending = Pending(session, Ask(1, ()), 5.0)
    assert pending.waits_for == pending.asked == set()
