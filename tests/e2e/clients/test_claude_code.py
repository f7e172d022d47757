"""Claude Code from its own package, headless, through the gateway to a scripted model."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from botocore.eventstream import EventStreamBuffer

from support.clients.alone import Alone
from support.clients.matrix import proves
from support.clients.packages import claude_code
from support.clients.stage import Stage
from support.clients.turns import Call, Question, Say, Think, Turn, by_prompt, steps

pytestmark = pytest.mark.e2e

OWN, FOREIGN = "claude-own", "claude-foreign"
BEDROCK = "bedrock-claude"
DELEGATE = Call(
    "Agent",
    {"description": "part", "prompt": "DO THE PART", "subagent_type": "general-purpose"},
)


@dataclass
class ClaudeCode:
    """The program as a user runs it in a folder."""

    stage: Stage

    def ask(
        self, prompt: str, *options: str, model: str = OWN, within: tuple[str, ...] = ()
    ) -> dict:
        """One headless run; what it printed, read."""
        self.stage.place.environment |= {
            "ANTHROPIC_BASE_URL": self.stage.tap.base_url,
            "ANTHROPIC_AUTH_TOKEN": self.stage.platform.key,
            "ANTHROPIC_MODEL": model,
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
        }
        allowed = ["--allowedTools", "Read,Edit,Bash,Agent", "--output-format", "json"]
        done = self.stage.place.run(*within, claude_code(), "-p", prompt, *allowed, *options)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def client(stage: Stage) -> ClaudeCode:
    return ClaudeCode(stage)


def editing(client: ClaudeCode):
    file = client.stage.place.work / "note.txt"
    file.write_text("one\n")
    return by_prompt(
        {
            "Change one to two": steps(
                (Say("I look first."), Call("Read", {"file_path": str(file)})),
                (Call("Edit", {"file_path": str(file), "old_string": "one", "new_string": "two"}),),
                (Call("Bash", {"command": "wc -c < note.txt > size.txt"}),),
                (Say("It says two now."),),
            )
        }
    )


def edited(client: ClaudeCode, said: dict) -> None:
    work = client.stage.place.work
    assert (work / "note.txt").read_text() == "two\n"
    assert (work / "size.txt").read_text().strip() == "4"
    assert (said["result"], said["num_turns"]) == ("It says two now.", 4)


@proves("Claude Code", "edit and bash tools", "Anthropic Messages")
def test_it_edits_a_file_and_runs_a_command(client: ClaudeCode) -> None:
    stage = client.stage
    stage.model.reset(editing(client))
    said = client.ask("Change one to two in note.txt")
    edited(client, said)

    sent = stage.tap.calls("/v1/messages")
    assert [one.asked.path for one in sent] == ["/v1/messages?beta=true"] * 4
    for one, arrived, answered in zip(sent, stage.model.asked, stage.model.said, strict=True):
        assert arrived.path == one.asked.path
        assert arrived.body == one.asked.body
        assert one.body == answered
        for name in ("anthropic-beta", "anthropic-version"):
            assert arrived.headers[name] == one.asked.headers[name]
        assert arrived.headers["x-api-key"] == "sk-scripted"
        assert "authorization" not in arrived.headers
        assert b'"cache_control":' in arrived.body

    rows = stage.rows()
    assert [row["status"] for row in rows] == ["ok"] * 4
    assert {row["session"] for row in rows} == {said["session_id"]}
    assert [row["cache_read_tokens"] > 0 for row in rows] == [False, True, True, True]
    used = said["usage"]
    assert sum(row["output_tokens"] for row in rows) == used["output_tokens"]
    assert sum(row["cache_read_tokens"] for row in rows) == used["cache_read_input_tokens"]
    written = used["cache_creation_input_tokens"]
    assert sum(row["cache_write_tokens"] for row in rows) == written
    whole = used["input_tokens"] + written + used["cache_read_input_tokens"]
    assert sum(row["input_tokens"] for row in rows) == whole
    assert all(row["cost_usd_micros"] > 0 for row in rows)


@proves("Claude Code", "without a network", "Anthropic Messages")
def test_it_needs_no_network_but_the_gateway(client: ClaudeCode) -> None:
    client.stage.model.reset(editing(client))
    with Alone(client.stage.tap.port, client.stage.place.folder) as alone:
        edited(client, client.ask("Change one to two in note.txt", within=alone.command))


@proves("Claude Code", "edit and bash tools", "Bedrock")
def test_it_does_so_on_a_model_at_bedrock(client: ClaudeCode) -> None:
    client.stage.model.reset(editing(client))
    edited(client, client.ask("Change one to two in note.txt", model=BEDROCK))
    asked = client.stage.model.asked
    assert {one.path.rpartition("/")[2] for one in asked} == {"invoke-with-response-stream"}
    rows = client.stage.rows()
    assert [row["cache_read_tokens"] > 0 for row in rows] == [False, True, True, True]
    assert {row["provider"] for row in rows} == {"bedrock"}


@proves("Claude Code", "edit and bash tools", "OpenAI responses")
def test_it_does_so_on_a_model_of_responses(client: ClaudeCode) -> None:
    client.stage.model.reset(editing(client))
    edited(client, client.ask("Change one to two in note.txt", model="gpt-responses"))
    rows = client.stage.rows()
    assert [row["cache_read_tokens"] > 0 for row in rows] == [False, True, True, True]
    assert {row["provider"] for row in rows} == {"openai-responses"}


@proves("Claude Code", "edit and bash tools", "OpenAI chat")
def test_it_does_so_on_a_foreign_model(client: ClaudeCode) -> None:
    client.stage.model.reset(editing(client))
    edited(client, client.ask("Change one to two in note.txt", model=FOREIGN))
    bodies = client.stage.model.turns("/v1/chat/completions")
    assert [len(one["messages"]) for one in bodies] == [3, 5, 7, 9]
    # the line of attribution differs from session to session: it would cost the foreign cache
    assert "x-anthropic-billing-header" not in json.dumps(bodies)
    rows = client.stage.rows()
    assert [row["cache_read_tokens"] > 0 for row in rows] == [False, True, True, True]
    assert {row["provider"] for row in rows} == {"openai"}


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(BEDROCK, marks=proves("Claude Code", "Bedrock mode", "Bedrock")),
        pytest.param(OWN, marks=proves("Claude Code", "Bedrock mode", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Claude Code", "Bedrock mode", "OpenAI chat")),
    ],
)
def test_bedrock_mode(client: ClaudeCode, model: str) -> None:
    stage = client.stage
    stage.place.environment |= {
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "ANTHROPIC_BEDROCK_BASE_URL": f"{stage.tap.base_url}/aws",
        "AWS_BEARER_TOKEN_BEDROCK": stage.platform.key,
        "AWS_REGION": "us-east-1",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": model,
    }
    stage.model.reset(editing(client))
    edited(client, client.ask("Change one to two in note.txt", model=model))
    # when it starts it asks which models there are
    lists = [one for one in stage.tap.passed if "/inference-profiles" in one.asked.path]
    assert [one.status for one in lists] == [200]
    turns = stage.tap.calls(f"/aws/model/{model}/invoke-with-response-stream")
    assert len(turns) == 4
    for one in turns:
        assert one.headers["content-type"] == "application/vnd.amazon.eventstream"
        buffer = EventStreamBuffer()  # of botocore: it checks the sums of every frame
        buffer.add_data(one.body)
        kinds = [event.headers[":event-type"] for event in buffer]
        assert set(kinds) == {"chunk"}
    if model == BEDROCK:
        # direct and through the gateway: the same frames
        assert [one.body for one in turns] == stage.model.said
    rows = stage.rows()
    assert [row["dialect"] for row in rows] == ["bedrock_invoke"] * 4
    assert [row["cache_read_tokens"] > 0 for row in rows] == [False, True, True, True]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Claude Code", "Vertex mode", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Claude Code", "Vertex mode", "OpenAI chat")),
    ],
)
def test_vertex_mode(client: ClaudeCode, model: str) -> None:
    stage = client.stage
    stage.place.environment |= {
        "CLAUDE_CODE_USE_VERTEX": "1",
        "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1",
        "ANTHROPIC_VERTEX_BASE_URL": f"{stage.tap.base_url}/vertex/v1",
        "ANTHROPIC_VERTEX_PROJECT_ID": "any",
        "CLOUD_ML_REGION": "us-east5",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": model,
    }
    stage.model.reset(editing(client))
    edited(client, client.ask("Change one to two in note.txt", model=model))
    turns = [one for one in stage.tap.passed if ":streamRawPredict" in one.asked.path]
    assert [one.status for one in turns] == [200] * 4
    rows = stage.rows()
    assert [row["cache_read_tokens"] > 0 for row in rows] == [False, True, True, True]


def delegating() -> object:
    return by_prompt(
        {
            "Have it done": steps((Say("I delegate."), DELEGATE), (Say("The part is done."),)),
            "DO THE PART": steps(
                (Call("Bash", {"command": "echo part > part.txt"}),), (Say("Done."),)
            ),
            "Once more": steps((Say("Nothing is left."),)),
            "And again": steps((Say("Still nothing."),)),
        }
    )


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Claude Code", "sub-agent", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Claude Code", "sub-agent", "OpenAI chat")),
    ],
)
def test_a_sub_agent(client: ClaudeCode, model: str) -> None:
    client.stage.model.reset(delegating())
    said = client.ask("Have it done", model=model)
    assert said["result"] == "The part is done."
    assert (client.stage.place.work / "part.txt").read_text() == "part\n"
    agents = [one.asked.headers.get("x-claude-code-agent-id") for one in client.stage.tap.passed]
    assert (agents[0], agents[1], agents[3]) == (None, agents[2], None)
    assert agents[1]

    rows = client.stage.rows()
    assert [row["tags"] for row in rows] == [{}, {"agent": agents[1]}, {"agent": agents[1]}, {}]
    with client.stage.platform.admin() as admin:
        report = admin.get("/api/usage", params={"group_by": "session,tag:agent"}).json()["data"]
    told = [
        (one["tag:agent"], one["requests"])
        for one in report
        if one["session"] == said["session_id"]
    ]
    assert set(told) == {(None, 2), (agents[1], 2)}


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Claude Code", "resume", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Claude Code", "resume", "OpenAI chat")),
    ],
)
def test_a_session_goes_on(client: ClaudeCode, model: str) -> None:
    client.stage.model.reset(delegating())
    first = client.ask("Once more", model=model)
    second = client.ask("And again", "--resume", first["session_id"], model=model)
    third = client.ask("And again", "--continue", model=model)
    assert [second["result"], third["result"]] == ["Still nothing."] * 2
    rows = client.stage.rows()
    assert [row["session"] for row in rows] == [first["session_id"]] * 3
    assert [row["cache_read_tokens"] > 0 for row in rows] == [False, True, True]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(
            OWN, marks=proves("Claude Code", "thinking with signatures", "Anthropic Messages")
        ),
        # by way of a pattern: the upstream knows it, and answers, by another name
        pytest.param(
            "claude-opus-4-6",
            marks=proves("Claude Code", "thinking with signatures", "Anthropic Messages"),
        ),
    ],
)
def test_thinking_comes_back_with_its_signature(client: ClaudeCode, model: str) -> None:
    signature = "RXJlIHRoZSBzaWduYXR1cmUgaXMgb3BhcXVl+/=="
    client.stage.model.reset(
        steps(
            (Think("First I look.", signature), Call("Bash", {"command": "true"})),
            (Think("Then I speak.", signature), Say("Thought.")),
        )
    )
    assert client.ask("Think", model=model)["result"] == "Thought."
    assert {body["model"] for body in client.stage.model.turns()} == {OWN}
    last = client.stage.model.turns()[-1]
    thought = [
        block
        for message in last["messages"]
        for block in message["content"]
        if isinstance(block, dict) and block["type"] == "thinking"
    ]
    assert thought == [{"type": "thinking", "thinking": "First I look.", "signature": signature}]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Claude Code", "count tokens", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Claude Code", "count tokens", "OpenAI chat")),
    ],
)
def test_it_counts_its_context(client: ClaudeCode, model: str) -> None:
    client.stage.model.reset(steps((Say("Hello."),)))
    said = client.ask("/context", model=model)
    assert "System tools" in said["result"]
    counted = client.stage.tap.calls("/v1/messages/count_tokens")
    assert counted
    assert {one.status for one in counted} == {200}
    arrived = [one for one in client.stage.model.asked if "count_tokens" in one.path]
    # where the upstream cannot count, the gateway estimates, and says so
    estimated = {one.headers.get("x-vanguard-estimated") for one in counted}
    assert (len(arrived), estimated) == ((len(counted), {None}) if model == OWN else (0, {"true"}))


SUMMARY = "The note said one and says two now; the word to remember is heron."


def compacting(client: ClaudeCode, asked: list[str]):
    """Edits, and sums up when the client asks for that."""
    edit = editing(client)

    def play(question: Question) -> Turn:
        last = json.dumps(question.raw["messages"][-1]["content"])
        if "summary of the conversation" in last:
            asked.append(last)
            return (Say(f"<analysis>Little.</analysis>\n<summary>\n{SUMMARY}\n</summary>"),)
        return edit(question) if "Change one to two" in question.text else (Say("Two."),)

    return play


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Claude Code", "compaction", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Claude Code", "compaction", "OpenAI chat")),
    ],
)
def test_a_session_is_compacted_and_goes_on(client: ClaudeCode, model: str) -> None:
    """By `/compact`: a summary takes the place of the history, tool calls and results included."""
    asked: list[str] = []
    client.stage.model.reset(compacting(client, asked))
    first = client.ask("Change one to two in note.txt", model=model)
    edited(client, first)
    client.ask("/compact", "--resume", first["session_id"], model=model)
    assert len(asked) == 1
    last = client.ask("What is it?", "--resume", first["session_id"], model=model)
    assert last["result"] == "Two."
    sent = client.stage.model.asked[-1].body.decode()
    assert "heron" in sent
    assert "I look first." not in sent
    rows = client.stage.rows()
    assert {row["status"] for row in rows} == {"ok"}
    assert len(rows) == 6


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Claude Code", "compaction", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Claude Code", "compaction", "OpenAI chat")),
    ],
)
def test_a_long_session_is_compacted_by_itself(client: ClaudeCode, model: str) -> None:
    """It counts its context by the usage that the gateway hands on."""
    asked: list[str] = []
    much = Call("Bash", {"command": "seq 1 6000 | head -c 29000"})

    def play(question: Question) -> Turn:
        last = json.dumps(question.raw["messages"][-1]["content"])
        if "summary of the conversation" in last:
            asked.append(last)
            return (Say(f"<analysis>Little.</analysis>\n<summary>\n{SUMMARY}\n</summary>"),)
        if "heron" in question.text:
            return (Say("Two."),)
        return (much,) if len(question.results) < 4 else (Say("Never compacted."),)

    client.stage.place.environment |= {
        "CLAUDE_CODE_AUTO_COMPACT_WINDOW": "100000",
        "CLAUDE_AUTOCOMPACT_PCT_OVERRIDE": "35",
    }
    client.stage.model.reset(play)
    assert client.ask("Count, please", model=model)["result"] == "Two."
    assert len(asked) == 1
    assert {row["status"] for row in client.stage.rows()} == {"ok"}
