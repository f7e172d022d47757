"""Tools that take free text, as functions with one argument, for APIs that know functions alone.

It does not know any API. The model of another family writes the text as a JSON string; towards a
client that knows such tools it is taken out of the JSON again.
"""

from __future__ import annotations

import msgspec

FIELD = "input"
HEAD = f'{{"{FIELD}":"'
TAIL = '"}'

_encode = msgspec.json.Encoder().encode


class _Arguments(msgspec.Struct):
    input: str


class _Grammar(msgspec.Struct):
    type: str = ""
    syntax: str = ""
    definition: str = ""


_arguments = msgspec.json.Decoder(_Arguments)
_grammar = msgspec.json.Decoder(_Grammar)


def schema(grammar: msgspec.Raw | None) -> msgspec.Raw:
    """The schema of a function in place of such a tool; a grammar becomes advice."""
    advice = "The whole input of the tool, as plain text."
    if grammar is not None:
        try:
            told = _grammar.decode(grammar)
        except msgspec.MsgspecError:
            told = _Grammar()
        if told.definition:
            advice = f"{advice} It must follow this {told.syntax} grammar:\n{told.definition}"
    field = {"type": "string", "description": advice}
    return msgspec.Raw(
        _encode(
            {
                "type": "object",
                "properties": {FIELD: field},
                "required": [FIELD],
                "additionalProperties": False,
            }
        )
    )


def wrap(text: str) -> str:
    """Free text as the function's arguments."""
    return _encode({FIELD: text}).decode()


def unwrap(arguments: str) -> str:
    """The free text in a function's arguments; what is no such JSON is the text itself.

    Models that were told "no JSON" do write the bare text.
    """
    try:
        return _arguments.decode(arguments).input
    except msgspec.MsgspecError:
        return arguments


def piece(text: str) -> str:
    """A piece of free text that arrives in pieces: between `HEAD` and `TAIL` they are `wrap`."""
    return _encode(text).decode()[1:-1]
