"""`vanguard chat`.

It does not know models or HTTP; the client does.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from vanguard.cli.connect import connect, platform_options
from vanguard.cli.output import note, on_terminal, plain, print_json

if TYPE_CHECKING:
    from vanguard.sdk import ChatReply, Client, Delta, Message
    from vanguard.sdk.values import ChatOptions

_INTRODUCTION = "Ctrl-D ends the chat, Ctrl-C an answer; /clear forgets what was said."


@click.command()
@click.argument("message", nargs=-1)
@click.option("--model", "-m", metavar="NAME", default="default", show_default=True, help="Whom.")
@click.option("--system", "-s", metavar="TEXT", help="Instructions that stand before all else.")
@click.option("--max-tokens", type=click.IntRange(min=1), help="The longest answer, in tokens.")
@click.option("--temperature", type=click.FloatRange(0, 2), help="0 is steady, 2 is wild.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as one JSON object.")
@platform_options
def chat(
    *,
    message: tuple[str, ...],
    model: str,
    system: str | None,
    max_tokens: int | None,
    temperature: float | None,
    as_json: bool,
    url: str | None,
    home: str | None,
) -> int:
    """Chat with a model in the terminal.

    With a MESSAGE, or text on standard input, one answer is given; `-` within the message stands
    for standard input. Otherwise a conversation begins.
    """
    options: ChatOptions = {}
    if system is not None:
        options["system"] = system
    if max_tokens is not None:
        options["max_tokens"] = max_tokens
    if temperature is not None:
        options["temperature"] = temperature
    question = _question(message)
    if question is None and as_json:
        raise click.UsageError("--json needs a message")
    with connect(url, home) as client:
        if question is None:
            _converse(client, model, options)
        elif as_json:
            print_json(_silent(client, question, model, options))
        else:
            _answer(client, question, model, options)
    return 0


def _question(words: tuple[str, ...]) -> str | None:
    """What is asked; None for a conversation."""
    if not words:
        if sys.stdin.isatty():
            return None
        words = ("-",)
    piped = sys.stdin.read() if "-" in words else ""
    question = " ".join(piped if word == "-" else word for word in words).strip()
    if not question:
        raise click.UsageError("nothing to say: the message is empty")
    return question


def _silent(client: Client, question: str, model: str, options: ChatOptions) -> ChatReply:
    stream = client.stream(question, model, **options)
    for _ in stream:
        pass
    return stream.reply


def _answer(
    client: Client, question: str | list[Message], model: str, options: ChatOptions
) -> ChatReply:
    """Shows an answer as it comes, and how fast it came."""
    stream = client.stream(question, model, **options)
    thinking = False
    text = ""
    for delta in stream:
        thinking = _show(delta, thinking)
        text += delta.text or delta.refusal
    if not text.endswith("\n"):
        click.echo()
    reply = stream.reply
    if reply.finish_reason == "length":
        note("(cut: the answer reached its greatest length)")
    if on_terminal():
        note(_speed(reply))
    return reply


def _show(delta: Delta, thinking: bool) -> bool:
    """Prints one piece; thinking is for people only. Returns whether the model still thinks."""
    people = on_terminal()
    if delta.reasoning and people:
        click.secho(plain(delta.reasoning), nl=False, dim=True)
        thinking = True
    text = delta.text or delta.refusal
    if text:
        if thinking:
            click.echo("\n")
        click.echo(plain(text) if people else text, nl=False)
        thinking = False
    sys.stdout.flush()
    return thinking


def _speed(reply: ChatReply) -> str:
    facts = [reply.model] if reply.model else []
    if reply.usage is not None:
        facts.append(f"{reply.usage.output_tokens:,} tokens")
    if reply.timings.tokens_per_s is not None:
        facts.append(f"{reply.timings.tokens_per_s:.1f} tokens/s")
    if reply.timings.first_token_ms is not None:
        facts.append(f"first token after {reply.timings.first_token_ms:,.0f} ms")
    return plain(" · ".join(facts))


def _converse(client: Client, model: str, options: ChatOptions) -> None:
    """Question and answer until the input ends; errors end an answer, not the conversation."""
    from vanguard.core.errors import VanguardError  # noqa: PLC0415 - not for --help
    from vanguard.sdk import Message  # noqa: PLC0415 - as above

    with suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - gives `input` its editing keys, where there is one
    note(_INTRODUCTION)
    said: list[Message] = []
    while True:
        try:
            question = input("\n> ").strip()
        except (EOFError, KeyboardInterrupt):
            click.echo()
            return
        if question == "/clear":
            said = []
        if not question or question == "/clear":
            continue
        said.append(Message("user", question))
        try:
            reply = _answer(client, said, model, options)
        except KeyboardInterrupt:
            click.echo()
            said.pop()
        except VanguardError as error:
            click.echo(f"vanguard: {error.message}", err=True)
            said.pop()
        else:
            said.append(Message("assistant", reply.text))
