"""Writes server-sent events anew. It does not know what an event means."""

from __future__ import annotations


def with_data(raw: bytes, data: bytes) -> bytes:
    """The same raw event with other data; its other lines and its line ends stay."""
    out: list[bytes] = []
    written = False
    for line in raw.splitlines(keepends=True):
        if not line.startswith(b"data:"):
            out.append(line)
        elif not written:
            end = line[len(line.rstrip(b"\r\n")) :]
            out += [b"data: " + part + end for part in data.splitlines()]
            written = True
    return b"".join(out)
