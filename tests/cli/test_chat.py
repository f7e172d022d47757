"""`vanguard chat`, against a real server, in a pipe and on a real terminal."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.api_server import Answer, ApiServer, chat_events, error
from vanguard.cli.main import main

CHAT = "/v1/chat/completions"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ApiServer]:
    with ApiServer() as server:
        monkeypatch.setenv("VANGUARD_URL", server.url)
        monkeypatch.setenv("VANGUARD_API_KEY", "vk-1")
        monkeypatch.chdir(tmp_path)
        yield server


def say(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_one_question_one_answer(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    api.on("POST", CHAT, Answer(pieces=chat_events("Hel", "lo")))
    arguments = ["--model", "m", "--system", "brief", "--max-tokens", "5", "--temperature", "0"]
    assert main(["chat", "how", "are you?", *arguments]) == 0
    assert capsys.readouterr().out == "Hello\n"
    assert api.asked[0].headers["authorization"] == "Bearer vk-1"
    body = api.asked[0].json
    assert [message["content"] for message in body["messages"]] == ["brief", "how are you?"]
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("m", 5, 0.0)
    assert body["stream"] is True


def test_the_question_comes_through_a_pipe(
    api: ApiServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    api.on("POST", CHAT, Answer(pieces=chat_events("ok\n")))
    say(monkeypatch, "from a pipe\n")
    assert main(["chat"]) == 0
    say(monkeypatch, "the text")
    assert main(["chat", "Summarise:", "-"]) == 0
    assert capsys.readouterr().out == "ok\nok\n"
    asked = [one.json["messages"][0]["content"] for one in api.asked]
    assert asked == ["from a pipe", "Summarise: the text"]


def test_json_is_the_whole_answer(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    api.on("POST", CHAT, Answer(pieces=chat_events("Hel", "lo")))
    assert main(["chat", "hi", "--json"]) == 0
    reply = json.loads(capsys.readouterr().out)
    assert (reply["text"], reply["finish_reason"], reply["model"]) == ("Hello", "stop", "tiny")
    assert reply["usage"] == {"input_tokens": 7, "output_tokens": 2}
    assert reply["timings"]["first_token_ms"] <= reply["timings"]["total_ms"]


def test_a_cut_answer_says_so(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    api.on("POST", CHAT, Answer(pieces=chat_events("Hel", finish="length")))
    assert main(["chat", "hi"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "Hel\n"
    assert "greatest length" in captured.err


def test_thinking_is_not_part_of_a_piped_answer(
    api: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    thought = b'data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}\n\n'
    api.on("POST", CHAT, Answer(pieces=[thought, *chat_events("yes")]))
    assert main(["chat", "hi"]) == 0
    assert capsys.readouterr().out == "yes\n"


@pytest.mark.parametrize("arguments", [["chat", " "], ["chat", "-"], ["chat"]])
def test_nothing_to_say_is_wrong_usage(
    api: ApiServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    say(monkeypatch, "\n")
    assert main(arguments) == 2
    assert "nothing to say" in capsys.readouterr().err
    assert api.asked == []


def test_errors_are_one_line_and_a_failure(
    api: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    api.on("POST", CHAT, error(429, "budget_exceeded", "all spent"))
    assert main(["chat", "hi"]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "vanguard: all spent\n")


def test_nobody_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["chat", "hi", "--url", "http://127.0.0.1:9"]) == 1
    assert "is `vanguard up` running?" in capsys.readouterr().err


class Terminal:
    """A command on a real pseudo-terminal."""

    def __init__(self, *arguments: str) -> None:
        self.screen, inner = pty.openpty()
        command = [sys.executable, "-m", "vanguard", *arguments]
        environment = os.environ | {"TERM": "dumb", "NO_COLOR": "1"}
        self.process = subprocess.Popen(
            command, stdin=inner, stdout=inner, stderr=inner, env=environment
        )
        os.close(inner)
        self.seen = ""
        self.at = 0

    def wait_for(self, text: str) -> None:
        """Reads on, from behind what was waited for before."""
        while text not in self.seen[self.at :]:
            ready, _, _ = select.select([self.screen], [], [], 30)
            assert ready, f"{text!r} never came; seen: {self.seen!r}"
            self.seen += os.read(self.screen, 65536).decode()
        self.at = self.seen.index(text, self.at) + len(text)

    def type(self, text: str) -> None:
        os.write(self.screen, text.encode())

    def end(self) -> int:
        status = self.process.wait(30)
        os.close(self.screen)
        return status


def test_a_conversation_on_a_terminal(api: ApiServer) -> None:
    api.on(
        "POST",
        CHAT,
        Answer(pieces=chat_events("Hi ", "\x1b[2Jthere")),
        error(503, "upstream_unavailable", "no model just now"),
        Answer(pieces=chat_events("again")),
        Answer(pieces=chat_events("fresh")),
    )
    terminal = Terminal("chat")
    for typed, shown in [
        ("hello", "first token after"),
        ("lost", "no model just now"),
        ("more", "again"),
        ("/clear", "/clear"),
        ("new", "fresh"),
    ]:
        terminal.wait_for("> ")
        terminal.type(f"{typed}\r")
        terminal.wait_for(shown)
    terminal.wait_for("> ")
    terminal.type("\x04")
    assert terminal.end() == 0
    assert "Hi [2Jthere" in terminal.seen  # the model cannot clear the screen
    said = [[message["content"] for message in asked.json["messages"]] for asked in api.asked]
    assert said == [
        ["hello"],
        ["hello", "Hi \x1b[2Jthere", "lost"],
        ["hello", "Hi \x1b[2Jthere", "more"],
        ["new"],
    ]


def test_a_conversation_has_no_json(
    api: ApiServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    say(monkeypatch, "")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert main(["chat", "--json"]) == 2
    assert "--json needs a message" in capsys.readouterr().err
