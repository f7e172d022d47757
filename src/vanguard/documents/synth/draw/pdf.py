"""A sheet as a born-digital PDF: subset fonts, glyphs by number, and a map from glyphs to text.

It does not know why things stand where they do. The same sheet gives the same bytes. Text is written
as programs that print do it: each line from left to right, spaces as glyphs.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, field

import uharfbuzz as hb
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from vanguard.documents.synth.fonts.face import Face, Glyph
from vanguard.documents.synth.layout.sheet import Colour, Run, Sheet

_LAYOUT_TABLES = ("GSUB", "GPOS", "GDEF", "BASE", "JSTF", "kern", "DSIG", "name", "post", "OS/2")
_MORE_TABLES = ("COLR", "CPAL", "SVG ", "STAT", "cmap", "FFTM", "Silf", "Glat", "Gloc", "Feat")
_ROUNDING = 0.05  # thousandths of an em that are not worth a correction
_NOTHING = "\u200d"
_MANY = 100  # entries of one block of a character map


@dataclass
class Embedded:
    """What of one face a document uses: a code for each pair of glyph and text."""

    face: Face
    name: str
    codes: dict[tuple[int, str], int] = field(default_factory=dict)

    def code(self, glyph: Glyph) -> int:
        """Its code, a new one the first time."""
        return self.codes.setdefault((glyph.number, glyph.text), len(self.codes) + 1)

    def width(self, glyph: Glyph) -> int:
        """The advance that the file tells of it, in thousandths of an em."""
        return round(self.face.nominal_advance(glyph.number) * 1000)


def write(sheet: Sheet, title: str = "") -> bytes:
    """The sheet as a PDF of one page."""
    fonts: dict[Face, Embedded] = {}
    content = _content(sheet, fonts)
    writer = PdfWriter()
    page = writer.add_blank_page(sheet.width, sheet.height)
    page[NameObject("/Contents")] = writer._add_object(_stream(content))  # noqa: SLF001 - pypdf's way to add an object
    page[NameObject("/Resources")] = _dictionary(
        Font=_dictionary(**{font.name: _font(writer, font) for font in fonts.values()})
    )
    writer.metadata = {"/Producer": "Vanguard", "/Title": title}
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _content(sheet: Sheet, fonts: dict[Face, Embedded]) -> bytes:
    parts = [
        f"{_colour(area.colour)} rg {area.box.left:.3f} {sheet.height - area.box.bottom:.3f} "
        f"{area.box.width:.3f} {area.box.height:.3f} re f"
        for area in sheet.areas
    ]
    parts += [
        f"{_colour(rule.colour)} RG {rule.width:.2f} w {rule.x1:.3f} {sheet.height - rule.y1:.3f} m "
        f"{rule.x2:.3f} {sheet.height - rule.y2:.3f} l S"
        for rule in sheet.rules
    ]
    for runs in sheet.lines:
        parts.append("BT")
        parts += _show(runs, sheet.height, fonts)
        parts.append("ET")
    return "\n".join(parts).encode("ascii")


def _colour(colour: Colour) -> str:
    return " ".join(f"{part:.3f}" for part in colour)


def _show(runs: tuple[Run, ...], height: float, fonts: dict[Face, Embedded]) -> list[str]:
    """A line's operators: one string for all that one font shows, as far as it stays on the line."""
    out: list[str] = []
    for group in _groups(runs):
        first = group[0]
        font = fonts.setdefault(first.face, Embedded(first.face, f"F{len(fonts)}"))
        out.append(f"/{font.name} {first.size:.3f} Tf {_colour(first.colour)} rg")
        out.append(f"1 0 0 1 {first.x:.3f} {height - first.baseline:.3f} Tm")
        out += _strings(group, font)
    return out


def _groups(runs: tuple[Run, ...]) -> list[list[Run]]:
    groups: list[list[Run]] = []
    for run in runs:
        last = groups[-1][-1] if groups else None
        if last and last.face is run.face and last.size == run.size and last.colour == run.colour:
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _strings(runs: list[Run], font: Embedded) -> list[str]:
    size = runs[0].size
    out: list[str] = []
    shown: list[str] = []
    pen = rise = 0.0  # thousandths of an em from where the first run starts; points
    for run in runs:
        wanted = (run.x - runs[0].x) / size * 1000
        for glyph in run.shaped.glyphs:
            lift = round(glyph.dy * size, 3)
            if lift != rise:
                out += [f"[{''.join(shown)}] TJ"] if shown else []
                out.append(f"{lift:.3f} Ts")
                shown, rise = [], lift
            step = round(pen - wanted - glyph.dx * 1000, 2)
            if abs(step) > _ROUNDING:
                shown.append(f"{step:.2f}")
                pen -= step
            shown.append(f"<{font.code(glyph):04X}>")
            pen += font.width(glyph)
            wanted += glyph.advance * 1000
    out += [f"[{''.join(shown)}] TJ"] if shown else []
    return [*out, "0 Ts"] if rise else out


def _font(writer: PdfWriter, font: Embedded) -> IndirectObject:
    face = font.face
    glyphs = [number for number, _ in font.codes]
    name = "/" + "ABCDEF+" + "".join(c for c in face.id.name if c.isascii() and c.isalnum())
    add = writer._add_object  # noqa: SLF001 - as above
    descriptor = _dictionary(
        Type="/FontDescriptor",
        FontName=name,
        Flags=4,
        FontBBox=[-1000, -1000, 2000, 2000],
        ItalicAngle=0,
        Ascent=round(face.ascender * 1000),
        Descent=-round(face.descender * 1000),
        CapHeight=round(face.ascender * 700),
        StemV=80,
        FontFile2=add(_stream(subset(face, glyphs))),
    )
    to_glyphs = b"\0\0" + b"".join(number.to_bytes(2, "big") for number in glyphs)
    widths = [round(face.nominal_advance(number) * 1000) for number in glyphs]
    descendant = _dictionary(
        Type="/Font",
        Subtype="/CIDFontType2",
        BaseFont=name,
        CIDSystemInfo=_dictionary(
            Registry=TextStringObject("Adobe"), Ordering=TextStringObject("Identity"), Supplement=0
        ),
        FontDescriptor=add(descriptor),
        DW=0,
        W=[1, ArrayObject(map(NumberObject, widths))],
        CIDToGIDMap=add(_stream(to_glyphs)),
    )
    return add(
        _dictionary(
            Type="/Font",
            Subtype="/Type0",
            BaseFont=name,
            Encoding="/Identity-H",
            DescendantFonts=[add(descendant)],
            ToUnicode=add(_stream(_to_unicode(font))),
        )
    )


def subset(face: Face, glyphs: list[int]) -> bytes:
    """The font file with these glyphs alone, under their old numbers; its default instance if variable."""
    wish = hb.SubsetInput()
    wish.flags = (
        hb.SubsetFlags.RETAIN_GIDS
        | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        # hints move edges by up to a pixel, away from where the outlines are
        | hb.SubsetFlags.NO_HINTING
    )
    for number in glyphs:
        wish.glyph_set.add(number)
    for tag in (*_LAYOUT_TABLES, *_MORE_TABLES):
        wish.drop_table_tag_set.add(hb.Tag(tag) if hasattr(hb, "Tag") else _tag(tag))
    if face.hb_face.has_var_data:
        wish.pin_all_axes_to_default(face.hb_face)
    return bytes(hb.subset(face.hb_face, wish).blob.data)


def _tag(text: str) -> int:
    return int.from_bytes(text.encode("ascii"), "big")


def _to_unicode(font: Embedded) -> bytes:
    """A CMap from codes to text.

    A glyph that stands for no text of its own is said to be a joiner of no width: extractors show
    the number of a glyph that the map does not have.
    """
    pairs = [(code, text or _NOTHING) for (_, text), code in font.codes.items()]
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for start in range(0, len(pairs), _MANY):
        some = pairs[start : start + _MANY]
        lines.append(f"{len(some)} beginbfchar")
        lines += [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in some]
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")


def _stream(data: bytes) -> StreamObject:
    stream = DecodedStreamObject()
    stream.set_data(zlib.compress(data, 6))
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    return stream


def _dictionary(**entries: object) -> DictionaryObject:
    return DictionaryObject(
        {NameObject(f"/{key}"): _object(value) for key, value in entries.items()}
    )


def _object(value: object) -> PdfObject:
    if isinstance(value, PdfObject):
        return value
    if isinstance(value, str):
        return NameObject(value)
    if isinstance(value, int):
        return NumberObject(value)
    if isinstance(value, float):
        return FloatObject(value)
    if isinstance(value, list):
        return ArrayObject(_object(item) for item in value)
    raise TypeError(f"no PDF object for {type(value).__name__}")
