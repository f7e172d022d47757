"""What each client has to be told so that it asks this gateway: one function a client.

It does not know files; it says what should stand where. Where a rule comes from a vendor's page, the
page is named.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

Form = Literal["json", "toml", "yaml", "ini", "dotenv"]


class Aim(msgspec.Struct, frozen=True):
    """Where a client is to be pointed.

    Attributes:
        url: of the gateway, without a slash at its end.
        key: secret of a key.
        model: name to ask for; empty leaves the choice to the client.
    """

    url: str
    key: str
    model: str = ""


class File(msgspec.Struct, frozen=True):
    """What should stand in one of the client's files.

    Attributes:
        path: below the user's home folder.
        text: the whole piece; of JSON an object that is merged into what is there.
        top: a piece that has to stand before everything else.
    """

    path: str
    form: Form
    text: str
    top: str = ""


class Recipe(msgspec.Struct, frozen=True):
    """How a client is set up.

    Attributes:
        title: the client's name.
        variables: to be exported where the client starts.
        files: what `--write` writes; empty when the client's settings cannot be written from here.
        steps: what a person has to do by hand.
    """

    title: str
    variables: Mapping[str, str] = {}
    files: tuple[File, ...] = ()
    steps: tuple[str, ...] = ()


def claude_code(aim: Aim) -> Recipe:
    """https://code.claude.com/docs/en/llm-gateway (May 2026)."""
    variables = {"ANTHROPIC_BASE_URL": aim.url, "ANTHROPIC_AUTH_TOKEN": aim.key}
    if aim.model:
        # background work asks for a small model, whose name nobody serves unless it is told
        names = ("ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL")
        variables |= dict.fromkeys(names, aim.model)
    text = json.dumps({"env": variables}, indent=2)
    file = File(".claude/settings.json", "json", text)
    return Recipe("Claude Code", variables, (file,))


def codex(aim: Aim) -> Recipe:
    """A provider of its own: the built-in one may go around its base URL over a WebSocket."""
    table = (
        "[model_providers.vanguard]\n"
        'name = "Vanguard"\n'
        f"base_url = {json.dumps(aim.url + '/v1')}\n"
        'env_key = "VANGUARD_API_KEY"\n'
        'wire_api = "responses"\n'
        "supports_websockets = false\n"
    )
    top = 'model_provider = "vanguard"\n'
    if aim.model:
        top += f"model = {json.dumps(aim.model)}\n"
    file = File(".codex/config.toml", "toml", table, top)
    return Recipe("Codex CLI", {"VANGUARD_API_KEY": aim.key}, (file,))


def cursor(aim: Aim) -> Recipe:
    """Cursor keeps these in its own window, and calls from its own servers."""
    steps = (
        "Cursor Settings > Models > API Keys: switch on 'OpenAI API Key' and paste the key:",
        f"  {aim.key}",
        "switch on 'Override OpenAI Base URL' and write:",
        f"  {aim.url}/v1",
        f"add a custom model named {aim.model or 'as one of `vanguard models`'}, and press Verify",
        "the calls come from Cursor's servers: the URL must be public and HTTPS",
    )
    return Recipe("Cursor", steps=steps)


def copilot(aim: Aim) -> Recipe:
    """https://code.visualstudio.com/docs/agent-customization/language-models (October 2026)."""
    name = aim.model or "MODEL"
    model = {
        "id": name,
        "name": name,
        "url": f"{aim.url}/v1/chat/completions",
        "toolCalling": True,
        "vision": False,
        "maxInputTokens": 100_000,
        "maxOutputTokens": 8_000,
    }
    entry = {
        "name": "Vanguard",
        "vendor": "customendpoint",
        "apiType": "chat-completions",
        "models": [model],
    }
    steps = (
        "VS Code 1.122 or newer: run 'Chat: Manage Language Models', Add, Custom Endpoint;",
        "name it Vanguard, choose the API type chat-completions, and paste the key:",
        f"  {aim.key}",
        "then open chatLanguageModels.json by the gear beside it and let the entry say, apart from",
        "the apiKey that VS Code put there:",
        *(f"  {line}" for line in json.dumps(entry, indent=2).splitlines()),
    )
    return Recipe("GitHub Copilot", steps=steps)


def aider(aim: Aim) -> Recipe:
    """https://aider.chat/docs/config/aider_conf.html; YAML of plain keys."""
    lines = {"openai-api-base": f"{aim.url}/v1", "openai-api-key": aim.key}
    if aim.model:
        lines["model"] = f"openai/{aim.model}"
    text = "".join(f"{name}: {json.dumps(value)}\n" for name, value in lines.items())
    variables = {"OPENAI_API_BASE": f"{aim.url}/v1", "OPENAI_API_KEY": aim.key}
    if aim.model:
        variables["AIDER_MODEL"] = f"openai/{aim.model}"
    file = File(".aider.conf.yml", "yaml", text)
    return Recipe("Aider", variables, (file,))


def gemini_cli(aim: Aim) -> Recipe:
    """The Gemini CLI reads `~/.gemini/.env` before it starts.

    Behind a base URL it takes a key only when its settings say so (as 0.61.0 does it).
    """
    variables = {"GOOGLE_GEMINI_BASE_URL": aim.url, "GEMINI_API_KEY": aim.key}
    if aim.model:
        variables["GEMINI_MODEL"] = aim.model
    text = "".join(f"{name}={json.dumps(value)}\n" for name, value in variables.items())
    auth = json.dumps({"security": {"auth": {"selectedType": "gemini-api-key"}}}, indent=2)
    files = (File(".gemini/.env", "dotenv", text), File(".gemini/settings.json", "json", auth))
    return Recipe("Gemini CLI", variables, files)


def boto3(aim: Aim) -> Recipe:
    """https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html.

    The endpoint is set for Bedrock and its lists of models alone, so that S3 and STS stay where they are.
    """
    text = (
        "[profile vanguard]\nregion = us-east-1\nservices = vanguard\n"
        f"[services vanguard]\nbedrock_runtime =\n  endpoint_url = {aim.url}/aws\n"
        f"bedrock =\n  endpoint_url = {aim.url}/aws\n"
    )
    variables = {
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": f"{aim.url}/aws",
        "AWS_ENDPOINT_URL_BEDROCK": f"{aim.url}/aws",
        "AWS_BEARER_TOKEN_BEDROCK": aim.key,
        "AWS_REGION": "us-east-1",
    }
    file = File(".aws/config", "ini", text)
    plain = aim.url.startswith("http:")
    steps = ("# boto3 sends such a key over HTTPS only: give the gateway a certificate",) * plain
    return Recipe("boto3", variables, (file,), steps)


RECIPES: Mapping[str, Callable[[Aim], Recipe]] = {
    "claude-code": claude_code,
    "codex": codex,
    "cursor": cursor,
    "copilot": copilot,
    "aider": aider,
    "gemini-cli": gemini_cli,
    "boto3": boto3,
}
