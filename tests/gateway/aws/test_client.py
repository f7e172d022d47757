"""Heads as AWS's SDKs read them."""

from vanguard.gateway.aws.client import AwsClient

FRAMES = (
    b"content-type: application/vnd.amazon.eventstream\r\n"
    b"x-amzn-bedrock-content-type: application/json\r\n"
)


class Recorder:
    on_disconnect = on_writable = on_deadline = None

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        return lambda *arguments: self.calls.append((name, *arguments))


def test_a_stream_is_one_of_frames_and_everything_has_its_id():
    inner = Recorder()
    client = AwsClient(inner)
    client.start(200, b"content-type: text/event-stream\r\nx-request-id: r\r\n")
    client.write(b"frame")
    client.end()
    client.send(400, b"x-request-id: r\r\n", b"{}")
    client.send(200, [(b"a", b"b")], b"{}")
    client.send(200, b"a: b\r\n", b"{}")
    client.abort()
    assert inner.calls == [
        (
            "start",
            200,
            FRAMES + b"x-request-id: r\r\nx-amzn-requestid: r\r\n",
        ),
        ("write", b"frame"),
        ("end",),
        ("send", 400, b"x-request-id: r\r\nx-amzn-requestid: r\r\n", b"{}"),
        ("send", 200, [(b"a", b"b")], b"{}"),
        ("send", 200, b"a: b\r\n", b"{}"),
        ("abort",),
    ]


def test_what_the_client_does_is_heard():
    inner = Recorder()
    client = AwsClient(inner)
    for name in ("on_disconnect", "on_writable", "on_deadline"):
        setattr(client, name, print)
        assert getattr(inner, name) is print
        assert getattr(client, name) is print
