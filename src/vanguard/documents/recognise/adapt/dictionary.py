"""The words of the dictionary within Tesseract's data.

It does not know what they are for. The dictionary is a graph whose edges are letters, in the order of typing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

_MAGIC = 42
_LAST, _BACKWARD, _END = 1, 2, 4
_FLAGS = 3
_LONGEST = 24


def words(data: bytes, letters: Sequence[str]) -> Iterator[str]:
    """All words of at most `_LONGEST` letters; `letters` are those that its numbers stand for.

    Raises:
        ValueError: it is no dictionary.
    """
    magic, size, count = struct.unpack_from("<hii", data)
    if magic != _MAGIC or len(data) != 10 + 8 * count:
        raise ValueError("no dictionary")
    edges = struct.unpack_from(f"<{count}Q", data, 10)
    letter_bits = (size - 1).bit_length()
    mask = (1 << letter_bits) - 1
    waiting = [(0, "")]
    while waiting:
        node, before = waiting.pop()
        while True:
            edge = edges[node]
            flags = edge >> letter_bits & (1 << _FLAGS) - 1
            letter = edge & mask
            if not flags & _BACKWARD and letter < len(letters):
                word = before + letters[letter]
                if flags & _END:
                    yield word
                after = edge >> letter_bits + _FLAGS
                if after and len(word) < _LONGEST:
                    waiting.append((after, word))
            if flags & _LAST:
                break
            node += 1
