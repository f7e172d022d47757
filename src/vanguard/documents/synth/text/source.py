"""The texts that pages are made of: those that come along and the user's own, with licence and split.

It does not know pages. A text is a file of lines: `# name` begins a section, `## words` is a heading,
any other line is a paragraph.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from vanguard.core.errors import SettingsError
from vanguard.documents.synth.dice import Dice, one_in

Style = Literal["plain", "vocalised"]
Split = Literal["all", "train", "held_out"]
SPLITS: tuple[Split, ...] = ("all", "train", "held_out")
HELD_OUT_SHARE = 5
_LIMIT_BYTES = 256 * 2**20
_LETTER = re.compile("[\u0621-\u063a\u0641-\u064a]")
_VOWEL_SIGN = re.compile("[\u064b-\u0652\u0670]")
# of text with all its vowel signs well over half of the letters carry one
_VOCALISED_SHARE = 0.4
_SHORTEST = 20
_UNSAID = "not said; see the folder of the text"


@dataclass(frozen=True)
class Part:
    """A heading or a paragraph."""

    text: str
    heading: bool = False


@dataclass(frozen=True)
class Section:
    """Parts that follow one another.

    Attributes:
        source: the text it is from; `name`: within it.
        held_out: whether it is kept for measuring.
    """

    source: str
    name: str
    style: Style
    licence: str
    held_out: bool
    parts: tuple[Part, ...]

    @property
    def letters(self) -> int:
        """How much text it has."""
        return sum(len(part.text) for part in self.parts)


@dataclass(frozen=True)
class Texts:
    """All texts of a run.

    Attributes:
        refused: how many parts were left out because a benchmark has them.
    """

    sections: tuple[Section, ...]
    refused: int = 0

    def of(self, split: Split) -> Texts:
        """Those of a split."""
        if split == "all":
            return self
        held_out = split == "held_out"
        chosen = (section for section in self.sections if section.held_out == held_out)
        return Texts(tuple(chosen), self.refused)

    def draw(self, dice: Dice, style: Style) -> tuple[Section, tuple[Part, ...]]:
        """A section of a style, and its parts from a random one on, once round.

        Raises:
            SettingsError: there is no text of that style.
        """
        sections = [section for section in self.sections if section.style == style]
        if not sections:
            raise SettingsError(f"no {style} text is left to make pages of; give some with --text")
        section = dice.choices(sections, [one.letters for one in sections])[0]
        start = dice.randrange(len(section.parts))
        return section, (*section.parts[start:], *section.parts[:start])


def load(folders: Sequence[Path] = (), refuse: Callable[[str], bool] | None = None) -> Texts:
    """The texts that come along; of a style of which the folders have text, theirs instead.

    `refuse` says of a part's text whether it must not be used.

    Raises:
        SettingsError: a folder is not there or has no text, a file is too large or not UTF-8.
    """
    own = [section for folder in folders for section in _of_folder(folder)]
    styles = {section.style for section in own}
    sections = [*own, *(section for section in packaged() if section.style not in styles)]
    kept, refused = [], 0
    seen: set[str] = set()
    for section in sections:
        # what stands in two sections must not come into both splits
        new = [part for part in section.parts if part.heading or part.text not in seen]
        seen.update(part.text for part in new if not part.heading)
        parts = tuple(part for part in new if refuse is None or not refuse(part.text))
        refused += len(new) - len(parts)
        if any(not part.heading for part in parts):
            kept.append(_with_parts(section, parts))
    return Texts(tuple(kept), refused)


def _with_parts(section: Section, parts: tuple[Part, ...]) -> Section:
    return Section(
        section.source, section.name, section.style, section.licence, section.held_out, parts
    )


@functools.cache
def packaged() -> tuple[Section, ...]:
    """The texts that come along, as `sources.toml` lists them."""
    folder = resources.files("vanguard") / "data" / "documents" / "synth"
    table = tomllib.loads((folder / "sources.toml").read_text("utf-8"))
    sections: list[Section] = []
    for source, row in table.items():
        for name, parts in _sections((folder / row["file"]).read_text("utf-8"), source):
            held_out = row["split"] == "held_out" or one_in(HELD_OUT_SHARE, source, name)
            sections.append(Section(source, name, row["style"], row["licence"], held_out, parts))
    return tuple(sections)


def _of_folder(folder: Path) -> list[Section]:
    if not folder.is_dir():
        raise SettingsError(f"texts: no folder {folder}")
    licence_file = folder / "LICENSE"
    licence = _read(licence_file).strip().partition("\n")[0] if licence_file.is_file() else ""
    sections: list[Section] = []
    for path in sorted([*folder.rglob("*.txt"), *folder.rglob("*.md")]):
        source = str(path.relative_to(folder))
        # a source is held out as a whole: its parts are too alike
        held_out = one_in(HELD_OUT_SHARE, source)
        for name, parts in _sections(_read(path), source):
            style = style_of(" ".join(part.text for part in parts))
            sections.append(Section(source, name, style, licence or _UNSAID, held_out, parts))
    if not sections:
        raise SettingsError(f"texts: no Arabic text in the .txt and .md files of {folder}")
    return sections


def _read(path: Path) -> str:
    size = path.stat().st_size
    if size > _LIMIT_BYTES:
        raise SettingsError(f"texts: {path} has {size} bytes, at most {_LIMIT_BYTES} are read")
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"texts: {path} is not UTF-8: {error}") from error


def _sections(text: str, source: str) -> Iterator[tuple[str, tuple[Part, ...]]]:
    name, parts = source, list[Part]()
    for line in [*text.splitlines(), "# "]:
        said = clean(line)
        if line.startswith("# "):
            if any(not part.heading for part in parts):
                yield name, tuple(parts)
            name, parts = said.removeprefix("#").strip(), []
        elif line.startswith("##"):
            parts.append(Part(said.lstrip("# "), heading=True))
        elif len(said) >= _SHORTEST and _LETTER.search(said):
            parts.append(Part(said))


def clean(line: str) -> str:
    """A line without control characters and with single spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in line if c not in _MARKS).split())


# bidirectional controls and joiners: a page has none, and the reading order is the layout's task
_MARKS = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u061c\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def style_of(text: str) -> Style:
    """Whether a text has its vowel signs."""
    letters = len(_LETTER.findall(text))
    signs = len(_VOWEL_SIGN.findall(text))
    return "vocalised" if letters and signs / letters >= _VOCALISED_SHARE else "plain"
