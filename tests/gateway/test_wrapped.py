from vanguard.gateway.wrapped import WrappedClient


class Real:
    on_disconnect = on_writable = on_deadline = None

    def __init__(self):
        self.aborted = 0

    def abort(self):
        self.aborted += 1


def test_what_is_asked_to_be_heard_is_heard_from_the_real_client():
    real = Real()
    client = WrappedClient(real)
    heard = []
    client.on_disconnect = lambda: heard.append("gone")
    client.on_writable = heard.append
    client.on_deadline = lambda: heard.append("late")
    real.on_disconnect()
    real.on_writable(False)
    real.on_deadline()
    assert heard == ["gone", False, "late"]
    real.on_disconnect = None
    assert client.on_disconnect is None
    assert client.on_writable is real.on_writable
    assert client.on_deadline is real.on_deadline
    client.abort()
    assert real.aborted == 1
