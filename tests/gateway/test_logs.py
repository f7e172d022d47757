import json
import os

from vanguard.gateway.logs import Log


def written(make):
    reader, writer = os.pipe()
    make(writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        return pipe.read()


def test_json_lines_are_gathered_and_warnings_written_at_once():
    def make(fd):
        log = Log("info", "json", fd)
        log.info("one", request_id="req_1")
        log.write("debug", "hidden", {})
        log.warning("two", n=2)

    lines = [json.loads(line) for line in written(make).splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("one", "info"),
        ("two", "warning"),
    ]
    assert lines[0]["request_id"] == "req_1"


def test_text_stays_on_one_line():
    def make(fd):
        log = Log("info", "text", fd)
        log.error("broken", why="a\nb", empty="")
        log.flush()

    text = written(make).decode()
    assert text.count("\n") == 1
    assert "error broken why=a\\nb" in text
    assert "empty" not in text
