from functools import partial

import pytest

from vanguard.core.errors import InternalError
from vanguard.gateway.call.answer import Answer


class Client:
    def __init__(self):
        self.said = []

    def send(self, status, headers, body):
        self.said.append(("send", status, body))

    def start(self, status, headers):
        self.said.append(("start", status))

    def write(self, data):
        if data:
            self.said.append(("write", data))

    def chunks(self):
        return None

    def end(self):
        self.said.append(("end",))

    def abort(self):
        self.said.append(("abort",))


def test_what_is_held_goes_out_with_the_head_and_nothing_after_the_end():
    client = Client()
    answer = Answer(client)
    assert not answer.hold(b"role")
    assert client.said == []
    answer.commit(b"")
    answer.write(b"a")
    answer.end(b"z")
    answer.write(b"late")
    answer.end()
    assert client.said == [
        ("start", 200),
        ("write", b"role"),
        ("write", b"a"),
        ("write", b"z"),
        ("end",),
    ]


def test_discarding_leaves_room_for_another_upstream():
    client = Client()
    answer = Answer(client)
    answer.hold(b"first")
    answer.discard()
    answer.hold(b"second")
    answer.commit(b"")
    assert client.said == [("start", 200), ("write", b"second")]


def test_too_much_held_is_said():
    answer = Answer(Client())
    assert not answer.hold(b"x" * 1_000_000)
    assert answer.hold(b"x" * 100_000)


def test_a_client_that_left_gets_nothing():
    client = Client()
    answer = Answer(client)
    answer.leave()
    answer.commit(b"")
    answer.write(b"a")
    answer.send(200, [], b"b")
    assert client.said == []
    assert answer.committed


class Ledger:
    def __init__(self):
        self.waiting = []

    def after(self, callback):
        self.waiting.append(callback)


def test_behind_a_dam_everything_keeps_its_order_until_the_ledger_has_it():
    client, ledger = Client(), Ledger()
    answer = Answer(client)
    answer.commit(b"")
    answer.dam(ledger)
    answer.dam(ledger)
    answer.write(b"a")
    answer.end(b"z")
    assert client.said == [("start", 200)]
    (release,) = ledger.waiting
    release()
    assert client.said == [("start", 200), ("write", b"a"), ("write", b"z"), ("end",)]


def test_a_whole_answer_follows_the_ledger_and_what_is_over_follows_the_answer():
    client, ledger, said = Client(), Ledger(), []
    answer = Answer(client)
    answer.send_behind(ledger, b"x: y\r\n", b"{}", lambda: said.append(list(client.said)))
    assert (answer.open, client.said, said) == (False, [], [])
    (step,) = ledger.waiting
    step()
    assert client.said == [("send", 200, b"{}")]
    assert said == [client.said]
    step()
    assert client.said == [("send", 200, b"{}")], "once"


def test_what_is_over_is_over_whatever_becomes_of_the_answer():
    client, ledger, over = Client(), Ledger(), []
    gone = Answer(client)
    gone.leave()
    gone.send_behind(ledger, b"", b"{}", lambda: over.append("left"))
    ledger.waiting.pop()()
    answer = Answer(client)
    client.send = None
    answer.send_behind(ledger, b"", b"{}", lambda: over.append("broken"))
    with pytest.raises(TypeError):
        ledger.waiting.pop()()
    assert (client.said, over) == ([("abort",)], ["left", "broken"])


class Defect(Exception):
    pass


def fail(*_):
    raise Defect


def test_a_defect_behind_the_dam_breaks_the_connection_that_would_wait_for_ever():
    client, ledger = Client(), Ledger()
    answer = Answer(client)
    answer.dam(ledger)
    answer.do(fail)
    answer.do(client.end)
    with pytest.raises(Defect):
        ledger.waiting.pop()()
    assert client.said == [("abort",)]


def test_an_error_is_told_in_place_of_an_answer_within_one_that_has_begun_and_to_nobody():
    error, event = InternalError("a defect"), partial(bytes, b"event")
    client, refused = Client(), []
    answer = Answer(client)
    answer.fail(error, event, refused.append)
    answer.fail(error, event, refused.append)
    assert (refused, client.said, answer.open) == ([error], [], False)
    begun = Answer(client)
    begun.begin(b"")
    begun.fail(error, event, refused.append)
    assert client.said == [("start", 200), ("write", b"event"), ("end",)]
    assert refused == [error]
