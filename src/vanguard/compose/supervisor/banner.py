"""Writes the text that ends a start: where it is, with which key, and commands to paste.

It does not know how any of it came about.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vanguard.core.settings import environment
from vanguard.sdk.target import DEFAULT_HOME

# Claude Code's own prompt and tools alone take tens of thousands of tokens.
CLAUDE_CODE_CONTEXT_TOKENS = 100_000
DEFAULT_ALIAS = "default"


@dataclass(frozen=True)
class Served:
    """A model that clients can ask for."""

    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    context_tokens: int = 0

    @property
    def asked_for(self) -> str:
        """The name to show in examples."""
        return DEFAULT_ALIAS if DEFAULT_ALIAS in self.aliases else self.name


@dataclass(frozen=True)
class Start:
    """What there is to say.

    Attributes:
        key: the first key's secret, or None when it is not known or must not be shown.
        engine: what is wrong with the embedded engine, empty when nothing is.
        certificate: path of the certificate that is shown to clients; empty for plain HTTP.
        cli: how the command line is called from here, such as `.venv/bin/vanguard`.
        where: options with which its commands find this platform, each with a space before it.
    """

    version: str
    url: str
    admin_url: str
    key: str | None
    key_path: Path | None
    admin_key_path: Path
    models: Sequence[Served]
    engine: str = ""
    cli: str = "vanguard"
    certificate: str = ""
    where: str = ""


def where_options(home: Path, url: str) -> str:
    """What a command that is called from here must be told to find a platform; empty for nothing."""
    usual = Path(environment.read("VANGUARD_HOME") or DEFAULT_HOME).absolute()
    options = "" if usual == home else f" --home {shlex.quote(_short(home))}"
    named = environment.read("VANGUARD_URL")
    return options if named is None or named == url else f"{options} --url {url}"


def banner(start: Start) -> str:
    """The text, ending with a newline."""
    lines = ["", f"Vanguard {start.version} is ready at {start.url}", "", *_facts(start)]
    chats = [model for model in start.models if model.kind == "chat"]
    if chats:
        chosen = next((one for one in chats if DEFAULT_ALIAS in one.aliases), chats[0])
        lines += ["", *_commands(start, chosen)]
    return "\n".join(lines) + "\n\n"


def _facts(start: Start) -> list[str]:
    names = ", ".join(_named(model) for model in start.models)
    rows = [("console", f"{start.admin_url}/  (log in with the admin key)")]
    rows.append(("models", names or "none yet; add some to vanguard.yaml, then: vanguard reload"))
    if start.key_path is not None:
        shown = f"{start.key}  (kept in {_short(start.key_path)})" if start.key else None
        rows.append(("key", shown or f"in {_short(start.key_path)}"))
    else:
        rows.append(("key", f"make one with: {start.cli} key create NAME{start.where}"))
    rows.append(("admin key", f"in {_short(start.admin_key_path)}"))
    if start.certificate:
        rows.append(("tls", f"shows {start.certificate}; call it by a name that this is for"))
    rows.append(("stop", "Ctrl-C; open streams may end first"))
    if start.engine:
        rows.append(("engine", start.engine))
    return [f"  {name:<10} {value}" for name, value in rows]


def _commands(start: Start, chat: Served) -> list[str]:
    model, imports = chat.asked_for, ["from openai import OpenAI"]
    if start.key:
        in_shell, in_python = start.key, f'"{start.key}"'
    elif start.key_path:
        in_shell = f"$(cat {shlex.quote(_short(start.key_path))})"
        in_python = f"open({_short(start.key_path)!r}).read().strip()"
    else:
        in_shell, in_python = "$VANGUARD_API_KEY", 'os.environ["VANGUARD_API_KEY"]'
        imports = ["import os", *imports]
    lines = [
        f"curl {start.url}/v1/chat/completions \\",
        f'  -H "Authorization: Bearer {in_shell}" -H "Content-Type: application/json" \\',
        f'  -d \'{{"model": "{model}", "messages": [{{"role": "user", "content": "Hello!"}}]}}\'',
        "",
        *imports,
        f'client = OpenAI(base_url="{start.url}/v1", api_key={in_python})',
        'messages = [{"role": "user", "content": "Hello!"}]',
        f'answer = client.chat.completions.create(model="{model}", messages=messages)',
        "print(answer.choices[0].message.content)",
        "",
        f"{start.cli} chat{start.where}"
        if model == DEFAULT_ALIAS
        else f"{start.cli} chat -m {shlex.quote(model)}{start.where}",
    ]
    long = next((m for m in start.models if _carries_claude_code(m)), None)
    if long is not None:
        lines += [
            "",
            f'ANTHROPIC_BASE_URL={start.url} ANTHROPIC_AUTH_TOKEN="{in_shell}" \\',
            f"  ANTHROPIC_MODEL={long.name} claude",
        ]
    return lines


def _carries_claude_code(model: Served) -> bool:
    return model.kind == "chat" and model.context_tokens >= CLAUDE_CODE_CONTEXT_TOKENS


def _named(model: Served) -> str:
    return f"{model.name} ({', '.join(model.aliases)})" if model.aliases else model.name


def _short(path: Path) -> str:
    """Relative to the working folder when it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
