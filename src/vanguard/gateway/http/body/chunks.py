"""Chunks of a body as HTTP/1.1 frames them (RFC 9112, 7.1); the heads of small ones worked out once.

It does not know connections, nor what is in a chunk.
"""

from __future__ import annotations

# most events are smaller
SMALL_BYTES = 1024
_END = b"\r\n"

CHUNK_HEADS = tuple(b"%x\r\n" % size for size in range(SMALL_BYTES))
_by_length = {
    len(head) + size + len(_END): head for size, head in enumerate(CHUNK_HEADS) if size > 0
}
WHOLE_BYTES = max(_by_length) + 1
# the head of a small chunk, and the length of its content, by the length of the whole; no chunk is as
# long as some of them
HEAD_OF_WHOLE = tuple(_by_length.get(length, b"\n") for length in range(WHOLE_BYTES))
PIECE_OF_WHOLE = tuple(
    length - len(_by_length[length]) - len(_END) if length in _by_length else -1
    for length in range(WHOLE_BYTES)
)


def stands_between(data: bytes, piece: bytes) -> bool:
    """Whether a strict parser that read `data` to the end, and gave `piece` alone, awaits a chunk's head.

    It does where `data` is one small chunk around `piece`, written as most servers write it. Then the
    parser had awaited a head before, too - or it was within a chunk and took what looks like a head for
    its content. What it gave would then be the beginning of `data`: that is only the same as its middle
    where the head repeats itself, and that is not believed.
    """
    if len(data) >= WHOLE_BYTES:
        return False
    head = HEAD_OF_WHOLE[len(data)]
    return data == b"".join((head, piece, _END)) and not piece.startswith(head[: len(piece)])
