"""Finds the faces of this machine that can set Arabic, and says why others cannot.

It does not know which page uses which.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import uharfbuzz as hb

from vanguard.core.errors import SettingsError
from vanguard.documents.synth.dice import one_in
from vanguard.documents.synth.fonts.face import Face, FaceId
from vanguard.documents.synth.fonts.packages import PACKAGES

LETTERS = "".join(map(chr, [*range(0x621, 0x63B), *range(0x641, 0x64B)]))
VOWEL_SIGNS = "".join(map(chr, range(0x64B, 0x653)))
# what every face must have; digits and signs that it lacks are set in another face
NEEDED = LETTERS + VOWEL_SIGNS + "،؟"
ENOUGH = 30
HELD_OUT_SHARE = 5
# Families that are read with effort, or whose digits do not look like digits: for headings alone.
DISPLAY = frozenset(
    [
        *(
            "AlManzomah",
            "AlYarmook",
            "Cortoba",
            "Dimnah",
            "Electron",
            "Granada",
            "Graph",
            "Hani",
            "Hor",
        ),
        *(
            "Japan",
            "Jet",
            "KacstArt",
            "KacstDecorative",
            "KacstDigital",
            "KacstPoster",
            "KacstScreen",
        ),
        *(
            "KacstTitle",
            "KacstTitleL",
            "Kayrawan",
            "Khalid",
            "Mashq",
            "Mashq-Bold",
            "Metal",
            "Nada",
        ),
        *(
            "Nagham",
            "Nice",
            "Ostorah",
            "Ouhod-Bold",
            "PakType Ajrak",
            "PakType Naqsh",
            "Petra",
            "Rehan",
        ),
        *("Salem", "Shado", "Sharjah", "Sindbad", "Tarablus", "Tholoth"),
    ]
)
# drawn in colours that a subset without its colour tables loses
_COLOURED = "COLR"
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts")
_HOME_FOLDERS = (".fonts", ".local/share/fonts", "Library/Fonts")
_SUFFIXES = {".ttf", ".otf", ".ttc"}
_LIMIT_BYTES = 64 * 2**20
_FACES_A_FILE = 16
_NAME_FAMILY, _NAME_STYLE, _NAME_LICENCE = 1, 2, 13


@dataclass(frozen=True)
class Fonts:
    """What was found.

    Attributes:
        faces: that can set Arabic, by name.
        skipped: file and reason, of those that have Arabic letters and cannot be used.
    """

    faces: tuple[FaceId, ...]
    skipped: tuple[tuple[str, str], ...] = ()

    @property
    def body(self) -> tuple[FaceId, ...]:
        """The faces that whole pages can be set in."""
        return tuple(face for face in self.faces if face.family not in DISPLAY)

    def of(self, split: str) -> tuple[FaceId, ...]:
        """The faces of a split (`all`, `train`, `held_out`): whole families, one in five held out."""
        if split == "all":
            return self.faces
        held_out = split == "held_out"
        return tuple(face for face in self.faces if one_in(HELD_OUT_SHARE, face.family) == held_out)


def advice(count: int) -> str:
    """What to install, when there are few faces."""
    return (
        f"{count} faces with Arabic were found, {ENOUGH} are wanted; on Debian: "
        f"apt-get install {' '.join(PACKAGES)}"
    )


def folders(given: Sequence[Path] = ()) -> list[Path]:
    """Where fonts are looked for: those given, else the machine's own."""
    if given:
        return list(given)
    home = [Path.home() / name for name in _HOME_FOLDERS]
    return [folder for folder in [*map(Path, _FOLDERS), *home] if folder.is_dir()]


def find(given: Sequence[Path] = ()) -> Fonts:
    """All faces with Arabic under the folders.

    Raises:
        SettingsError: a given folder is not there, or no face was found at all.
    """
    for folder in given:
        if not folder.is_dir():
            raise SettingsError(f"fonts: no folder {folder}")
    fonts = _scan(tuple(folders(given)))
    if not fonts.faces:
        where = ", ".join(map(str, folders(given))) or "the usual folders"
        raise SettingsError(f"no font with Arabic letters in {where}: {advice(0)}")
    return fonts


@functools.lru_cache(maxsize=8)
def _scan(where: tuple[Path, ...]) -> Fonts:
    faces: dict[str, FaceId] = {}
    skipped: list[tuple[str, str]] = []
    for path in _files(where):
        try:
            for face in _faces(path):
                fault = _fault(face)
                if fault:
                    skipped.append((str(path), fault))
                else:
                    # the same face may lie in two folders
                    faces.setdefault(face.name, face)
        except (OSError, ValueError, RuntimeError, MemoryError, hb.HarfBuzzError) as error:
            skipped.append((str(path), f"cannot be read: {error}"))
    return Fonts(tuple(faces[name] for name in sorted(faces)), tuple(skipped))


def _files(where: Sequence[Path]) -> Iterator[Path]:
    for folder in where:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in _SUFFIXES and path.is_file():
                yield path


def _faces(path: Path) -> Iterator[FaceId]:
    size = path.stat().st_size
    if size > _LIMIT_BYTES:
        raise ValueError(f"{size} bytes are more than {_LIMIT_BYTES}")
    blob = hb.Blob.from_file_path(str(path))
    count = min(hb.Face(blob, 0).count, _FACES_A_FILE)
    if count == 0:
        raise ValueError("not a font")
    for index in range(count):
        face = hb.Face(blob, index)
        if ord("ب") in face.unicodes:
            yield FaceId(
                str(path),
                index,
                face.get_name(_NAME_FAMILY) or path.stem,
                face.get_name(_NAME_STYLE) or "Regular",
                " ".join((face.get_name(_NAME_LICENCE) or "").split())[:160],
            )


def _fault(face_id: FaceId) -> str:
    """Why a face cannot set Arabic pages; empty when it can."""
    face = Face(face_id)
    if "glyf" not in face.hb_face.table_tags:
        return "no TrueType outlines"
    if _COLOURED in face.hb_face.table_tags:
        return "is drawn in colours"
    lacking = [letter for letter in NEEDED if ord(letter) not in face.characters]
    if lacking:
        return "lacks " + " ".join(f"U+{ord(letter):04X}" for letter in lacking[:6])
    word = face.shape("ببب", "rtl")
    if len({glyph.number for glyph in word.glyphs if glyph.text}) < 2:
        return "does not join letters"
    if word.advance <= 0 or face.ascender <= 0:
        return "has no measures"
    empty = [letter for letter in LETTERS if face.shape(letter, "rtl").ink is None]
    return f"has no outline of U+{ord(empty[0]):04X}" if empty else ""
