import json
import os

import pytest

from vanguard.core import errors
from vanguard.dialects.upstream_errors import failure
from vanguard.gateway.logs import Log, reason_of


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


@pytest.mark.parametrize(
    "error",
    [
        failure(503, "your prompt was: secret"),
        failure(504, "your prompt was: secret"),
        failure(429, "your prompt was: secret"),
        failure(413, "your prompt was: secret"),
        errors.UpstreamError("the upstream reported an error: secret"),
        errors.UpstreamRejected("secret"),
        errors.InvalidRequest("no such field: secret"),
        errors.ModelNotFound("no model 'secret'"),
        errors.ContentBlocked("secret"),
    ],
)
def test_what_may_be_anothers_words_is_no_reason(error):
    assert reason_of(error) == ""


@pytest.mark.parametrize(
    "error",
    [
        errors.Unauthenticated("expired"),
        errors.BudgetExceeded("spent"),
        errors.LedgerUnavailable("no space left"),
    ],
)
def test_why_we_refuse_ourselves_is_a_reason(error):
    assert reason_of(error) == error.message


def test_a_reason_is_one_bounded_line():
    assert reason_of(errors.UpstreamUnavailable("cannot connect")) == "cannot connect"
    assert reason_of(errors.UpstreamTimeout("a\r\n\x1b[0m\u2028ü")) == "a\\r\\n\\x1b[0m\\u2028ü"
    assert reason_of(errors.UpstreamTruncated("\x00" * 1000)) == ("\\x00" * 75)
