"""Hypothesis strategies of JSON as strangers write it, and a reader of its top level that changes nothing.

Numbers too large or too fine for a double, keys in any order, escapes of any kind, strings that look
like fields, white space anywhere.
"""

from __future__ import annotations

import json

from hypothesis import strategies as st

space = st.sampled_from([b"", b"", b" ", b"\n  ", b"\t", b" \r\n"])
numbers = st.sampled_from(
    [b"0", b"-0", b"1", b"-1.50", b"1e5", b"1E+400", b"0.1e-400", b"9" * 40, b"0.30000000000000004"]
)
LOOKALIKES = [
    '"model": "m"',
    '{"model":"m","stream":true}',
    "max_tokens",
    '","model":"x',
    "data: [DONE]\n\n",
    "\\",
    "مرحبا",
    "\u2028",
    "😀",
    "\x7f",
]
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(LOOKALIKES)


def _escaped(value: str) -> bytes:
    """Each character beyond ASCII as an escape, in capitals."""
    written = json.dumps(value).encode()
    return written.replace(b"/", b"\\/")


strings = st.builds(
    lambda value, style: (
        json.dumps(value, ensure_ascii=False).encode() if style else _escaped(value)
    ),
    text,
    st.booleans(),
)
scalars = numbers | strings | st.sampled_from([b"true", b"false", b"null"])


@st.composite
def objects(draw: st.DrawFn, members: st.SearchStrategy[bytes]) -> bytes:
    pairs = draw(st.lists(st.tuples(strings, members), max_size=3))
    return put_together(draw, pairs)


@st.composite
def arrays(draw: st.DrawFn, members: st.SearchStrategy[bytes]) -> bytes:
    gap = draw(space)
    return b"[" + gap + (b"," + gap).join(draw(st.lists(members, max_size=3))) + gap + b"]"


values = st.recursive(scalars, lambda inner: objects(inner) | arrays(inner), max_leaves=8)


def put_together(draw: st.DrawFn, pairs: list[tuple[bytes, bytes]]) -> bytes:
    """An object of raw names and values, with white space between them."""
    out = b"{" + draw(space)
    for index, (name, value) in enumerate(pairs):
        comma = b"," + draw(space) if index else b""
        out += comma + name + draw(space) + b":" + draw(space) + value + draw(space)
    return out + b"}"


@st.composite
def bodies(
    draw: st.DrawFn, known: dict[str, st.SearchStrategy[bytes]], reserved: set[str]
) -> bytes:
    """An object with these fields among others, each name once at the top level, in any order."""
    fields = {name: draw(value) for name, value in known.items()}
    taken = reserved | set(fields)
    others = draw(st.lists(st.tuples(text, values), max_size=4, unique_by=lambda pair: pair[0]))
    pairs = [(json.dumps(name).encode(), value) for name, value in fields.items() if value]
    pairs += [
        (json.dumps(name, ensure_ascii=False).encode(), value)
        for name, value in others
        if name not in taken
    ]
    return put_together(draw, draw(st.permutations(pairs)))


def top_level(body: bytes) -> list[tuple[str, bytes]]:
    """Names and raw values of an object's top level, in their order."""
    decoder = json.JSONDecoder(strict=False)
    source = body.decode("latin-1")  # one character a byte, so that places are the same
    found = []
    at = source.index("{") + 1
    while True:
        while source[at] in " \t\r\n,":
            at += 1
        if source[at] == "}":
            return found
        name, after = decoder.raw_decode(source, at)
        at = source.index(":", after) + 1
        while source[at] in " \t\r\n":
            at += 1
        end = decoder.raw_decode(source, at)[1]
        found.append((name.encode("latin-1").decode(), source[at:end].encode("latin-1")))
        at = end
