"""Writes the Arabic word list and the letter statistics that the wheel carries, from a plain word list.

It does not know how they are used. The list is that of Tesseract's Arabic data (Apache-2.0):

    combine_tessdata -u ara.traineddata ara.
    dawg2wordlist ara.lstm-unicharset ara.lstm-word-dawg words.txt
    python -m tools.arabic_lexicon words.txt
"""

from __future__ import annotations

import math
import re
import sys
import zlib
from collections import Counter
from pathlib import Path

from vanguard.documents.arabic.letters import bare, folded
from vanguard.documents.arabic.spelling import ALPHABET, EDGE, spelled

FOLDER = Path(__file__).resolve().parent.parent / "src/vanguard/data/arabic"
_WORD = re.compile("[\u0621-\u063a\u0641-\u064a]{2,}")
# The list was gathered from pages, some of which had their lam-alefs swapped, or letters that only end a
# word inside it.
_WRONG = re.compile("ا[اأإآ]ل|^ل[أإآ]ي|[ةى].|(.)\\1\\1")
# What the counts of unseen triples start from, and the finest step kept: a byte holds 0 to 25.5 bits.
SMOOTHING = 0.02
STEPS_PER_BIT = 10


def words_of(lines: list[str]) -> list[str]:
    """Arabic words of two letters and more, bare, once each."""
    return sorted(
        {
            word
            for line in lines
            if _WORD.fullmatch(word := bare(line.strip())) and not _WRONG.search(word)
        }
    )


def triples(words: list[str]) -> bytes:
    """For each letter after each pair of letters the bits it costs, `STEPS_PER_BIT` to the bit."""
    counts = Counter[str]()
    for word in words:
        text = EDGE * 2 + spelled(word) + EDGE
        counts.update(text[at : at + 3] for at in range(len(text) - 2))
    costs = bytearray()
    for first in ALPHABET:
        for second in ALPHABET:
            seen = [counts[first + second + third] + SMOOTHING for third in ALPHABET]
            whole = sum(seen)
            costs += bytes(
                min(255, round(-math.log2(count / whole) * STEPS_PER_BIT)) for count in seen
            )
    return bytes(costs)


def main() -> int:
    """Reads the list named on the command line and writes both files."""
    words = words_of(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
    kept = sorted({folded(word) for word in words})
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "words.zz").write_bytes(zlib.compress("\n".join(kept).encode(), 9))
    (FOLDER / "triples.zz").write_bytes(zlib.compress(triples(words), 9))
    print(f"{len(kept)} words")
    return 0


if __name__ == "__main__":
    sys.exit(main())
