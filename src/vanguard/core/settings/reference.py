"""Makes the settings page and the sample file from the tree, and checks that the kept ones agree.

It does not know any running platform: defaults are the tree's, examples are this file's.

    python -m vanguard.core.settings.reference --write docs
    python -m vanguard.core.settings.reference --check docs
"""

from __future__ import annotations

import sys
import textwrap
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from vanguard.core.settings.names import OTHER_VARIABLES, leaves, section_of
from vanguard.core.settings.tree import Settings

PAGE = "settings.md"
SAMPLE = "vanguard.sample.yaml"

_INTRODUCTION = """\
# Settings

<!-- Made from the settings tree by `python -m vanguard.core.settings.reference --write docs`. -->

Settings come from `vanguard.yaml` in the working folder, from environment variables and from flags
of `vanguard up`; each is stronger than the one before. Everything has a default, so that no file is
needed. A misspelt field, a wrong type or a missing variable is named with its line, and nothing
starts. `vanguard reload` takes up a changed file, or refuses it whole and keeps the old settings.
Host, port, home, tls, engine, gateway and log settings are read at the start only.

[vanguard.sample.yaml](vanguard.sample.yaml) has every setting with its default.
"""

_EXAMPLES = """\
models:
  sonnet:
    aliases: [claude-*]
    guardrails: [personal-data]
    deployments:
      - provider: anthropic
        model: claude-sonnet-4-5
        api_key: env:ANTHROPIC_API_KEY
      - provider: openai
        base_url: http://10.0.0.7:8000/v1
        model: my-model
        api_key: file:/run/secrets/vllm
        price: {input: 0.5, output: 1.5}

guardrails:
  personal-data:
    rules:
      - name: card-number
        pattern: '\\b(?:\\d[ -]?){13,16}\\b'
        action: mask

default_guardrails: [personal-data]
"""


def page() -> str:
    """The settings page, Markdown."""
    parts = [_INTRODUCTION, "## Top level\n", _doc(Settings), _table(Settings, "")]
    for name, section in _sections(Settings):
        parts += [f"## `{name}`\n", _doc(section), _table(section, f"{name}.")]
    for name, field in Settings.model_fields.items():
        for path, section in _listed(field.annotation, name):
            parts += [f"## `{path}`\n", _doc(section), _table(section, "")]
    parts += ["## Other variables\n", "| variable | meaning |\n|---|---|"]
    parts += [f"| `{name}` | {text} |" for name, text in OTHER_VARIABLES.items()]
    return "\n".join(parts) + "\n"


def sample() -> str:
    """The sample file: prose behind `##`, settings behind `#`; removing one `#` switches one on."""
    lines = ["## Every setting with its default. Remove the # of what you change.", ""]
    for name, field in Settings.model_fields.items():
        section = section_of(field.annotation)
        if section is not None:
            lines += ["", *_prose((section.__doc__ or "").strip(), ""), f"#{name}:"]
            for inner, inner_field in section.model_fields.items():
                lines += _prose(inner_field.description or "", "  ")
                lines.append(f"#  {inner}: {_written(inner_field)}".rstrip())
        elif name in leaves():
            lines += _prose(field.description or "", "")
            lines.append(f"#{name}: {_written(field)}".rstrip())
    lines += ["", "## Models and guardrails, by example."]
    lines += [f"#{line}" if line else "" for line in _EXAMPLES.splitlines()]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """`--write FOLDER` or `--check FOLDER`; 1 when a kept text differs, 2 on wrong usage."""
    if len(arguments) != 2 or arguments[0] not in {"--write", "--check"}:
        sys.stderr.write("usage: python -m vanguard.core.settings.reference --write|--check DIR\n")
        return 2
    folder = Path(arguments[1])
    made = {folder / PAGE: page(), folder / SAMPLE: sample()}
    if arguments[0] == "--write":
        for path, text in made.items():
            path.write_text(text, "utf-8")
        return 0
    return _check(made, f"python -m vanguard.core.settings.reference --write {folder}")


def _check(made: Mapping[Path, str], remedy: str) -> int:
    drifted = [
        path for path, text in made.items() if not path.exists() or path.read_text("utf-8") != text
    ]
    for path in drifted:
        sys.stderr.write(f"{path} differs from the settings tree; run: {remedy}\n")
    return 1 if drifted else 0


def _sections(section: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in section.model_fields.items():
        inner = section_of(field.annotation)
        if inner is not None:
            yield name, inner


def _listed(annotation: object, path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """The sections inside mappings, lists and choices, with paths such as `models.<name>`."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is dict:
        path, inner = f"{path}.<name>", inner[1:]
    elif origin is list:
        path += "[]"
    for part in inner:
        section = section_of(part)
        if section is None:
            yield from _listed(part, path)
            continue
        yield path, section
        for name, field in section.model_fields.items():
            yield from _listed(field.annotation, f"{path}.{name}")


def _table(section: type[BaseModel], prefix: str) -> str:
    is_leaf = any(f"{prefix}{name}" in leaves() for name in section.model_fields) and (
        section is Settings or prefix != ""
    )
    head = "| setting | default | variable | meaning |\n|---|---|---|---|"
    rows = [head if is_leaf else "| setting | default | meaning |\n|---|---|---|"]
    for name, field in section.model_fields.items():
        if section_of(field.annotation) is not None:
            continue
        leaf = leaves().get(f"{prefix}{name}") if is_leaf else None
        variable = f" {f'`{leaf.variable}`' if leaf else ''} |" if is_leaf else ""
        meaning = (field.description or "").replace("|", "\\|")
        rows.append(
            f"| `{prefix}{name}` | {_default(field)} |{variable} {meaning}{_range(field)} |"
        )
    return "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*required*"
    written = _written(field)
    return f"`{written}`" if written else "none"


def _written(field: FieldInfo) -> str:
    """The default as YAML; nothing for none."""
    value = field.default
    if value is None or value is PydanticUndefined or isinstance(value, SecretStr):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and not value:
        return '""'
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return str(value)


def _range(field: FieldInfo) -> str:
    """` One of …` for choices."""
    choices = typing.get_args(field.annotation)
    if typing.get_origin(field.annotation) is typing.Literal:
        return f" One of {', '.join(f'`{choice}`' for choice in choices)}."
    return ""


def _doc(section: type[BaseModel]) -> str:
    return f"{(section.__doc__ or '').strip()}\n"


def _prose(text: str, indent: str) -> list[str]:
    return [f"##{indent} {line}" for line in textwrap.wrap(text, 96 - len(indent))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
