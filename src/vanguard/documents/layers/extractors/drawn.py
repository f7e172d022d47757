"""What PDFium finds painted on a page beside its text: rules, areas of one colour, images, drawings.

It does not know tables or figures.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from pypdfium2 import raw

from vanguard.documents.layers.contract import Drawn

Box = tuple[float, float, float, float]
Place = Callable[[float, float, float, float], Box]
Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
# A page with more of them is a map or a plan, of which no table can be made.
_MOST_OBJECTS: Final = 60_000
_MOST_DRAWN: Final = 6_000
_MOST_SEGMENTS: Final = 400
_MOST_DEPTH: Final = 6
_THIN: Final = 3.0  # points: what is wider is an area
_LONG: Final = 4.0  # points: what is shorter is a dot
_LEVEL: Final = 0.6  # points off a level or upright line
_SEEN: Final = 16  # of 255: what covers less is not seen
_PAPER: Final = 250
_LUMA: Final = (0.299, 0.587, 0.114)
_WHOLE: Final = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def drawn(page: Any, place: Place) -> tuple[Drawn, ...]:
    """All of a page, in the order in which it is painted; nothing where there is far too much.

    Args:
        page: PDFium's own.
        place: from left, bottom, right, top in the page's contents to left, top, right, bottom as it is
            looked at.
    """
    return _Walk(place).over(page)


class _Walk:
    """One walk over a page's objects."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._found: list[Drawn] = []
        self._looked_at = 0

    def over(self, page: Any) -> tuple[Drawn, ...]:
        count = raw.FPDFPage_CountObjects(page)
        objects = (raw.FPDFPage_GetObject(page, at) for at in range(count))
        whole = self._objects(objects, _WHOLE, 0)
        return tuple(self._found) if whole else ()

    def _objects(self, objects: Iterator[Any], outer: Matrix, depth: int) -> bool:
        """Whether all of them could be looked at."""
        for one in objects:
            self._looked_at += 1
            if self._looked_at > _MOST_OBJECTS or len(self._found) > _MOST_DRAWN:
                return False
            if not self._object(one, outer, depth):
                return False
        return True

    def _object(self, one: Any, outer: Matrix, depth: int) -> bool:
        kind = raw.FPDFPageObj_GetType(one)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            if _is_pale(one):
                self._add("pale", _bounds(one, outer), _PAPER)
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            self._path(one, outer)
        elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
            self._add("image", _bounds(one, outer), 128)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MOST_DEPTH:
            inner = _times(_matrix(one), outer)
            parts = (
                raw.FPDFFormObj_GetObject(one, at)
                for at in range(raw.FPDFFormObj_CountObjects(one))
            )
            return self._objects(parts, inner, depth + 1)
        return True

    def _path(self, one: Any, outer: Matrix) -> None:
        filling, stroked = ctypes.c_int(), ctypes.c_int()
        if not raw.FPDFPath_GetDrawMode(one, filling, stroked):
            return
        fill = _shade(raw.FPDFPageObj_GetFillColor, one) if filling.value else None
        line = _shade(raw.FPDFPageObj_GetStrokeColor, one) if stroked.value else None
        if fill is None and line is None:
            return
        count = raw.FPDFPath_CountSegments(one)
        if count > _MOST_SEGMENTS:
            self._add("drawing", _bounds(one, outer), fill if fill is not None else line or 0)
            return
        for part in _parts(one, count, _times(_matrix(one), outer)):
            if fill is not None:
                self._filled(part, fill)
            if line is not None:
                self._stroked(part, line)

    def _filled(self, part: _Part, shade: int) -> None:
        box = part.box
        wide, high = box[2] - box[0], box[3] - box[1]
        if min(wide, high) <= _THIN:
            if max(wide, high) >= _LONG:
                self._add("rule", box, shade)
        else:
            self._add("area" if part.square else "drawing", box, shade)

    def _stroked(self, part: _Part, shade: int) -> None:
        if part.curved:
            self._add("drawing", part.box, shade)
            return
        for one, two in part.sides():
            across, down = abs(one[0] - two[0]), abs(one[1] - two[1])
            if min(across, down) <= _LEVEL and max(across, down) >= _LONG:
                box = (
                    min(one[0], two[0]),
                    min(one[1], two[1]),
                    max(one[0], two[0]),
                    max(one[1], two[1]),
                )
                self._add("rule", box, shade)
            elif max(across, down) >= _LONG:
                self._add("drawing", part.box, shade)

    def _add(self, what: Any, box: Box | None, shade: int) -> None:
        if box is not None and (shade < _PAPER or what in ("pale", "area")):
            self._found.append(Drawn(what, *self._place(*box), shade))


class _Part(msgspec.Struct):
    """A stretch of a path that is drawn without lifting the pen; left, bottom, right, top."""

    points: list[Point]
    closed: bool = False
    curved: bool = False

    @property
    def box(self) -> Box:
        xs, ys = [x for x, _ in self.points], [y for _, y in self.points]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def square(self) -> bool:
        """Whether it is a rectangle that stands upright."""
        left, bottom, right, top = self.box
        return not self.curved and all(
            min(abs(x - left), abs(x - right)) <= _LEVEL
            and min(abs(y - bottom), abs(y - top)) <= _LEVEL
            for x, y in self.points
        )

    def sides(self) -> Iterator[tuple[Point, Point]]:
        """The straight strokes of it."""
        yield from zip(self.points, self.points[1:], strict=False)
        if self.closed and len(self.points) > 2:
            yield self.points[-1], self.points[0]


def _parts(path: Any, count: int, matrix: Matrix) -> Iterator[_Part]:
    part: _Part | None = None
    x, y = ctypes.c_float(), ctypes.c_float()
    for at in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, at)
        if not segment or not raw.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        kind = raw.FPDFPathSegment_GetType(segment)
        point = _moved(matrix, x.value, y.value)
        if part is None or kind == raw.FPDF_SEGMENT_MOVETO:
            if part is not None and len(part.points) > 1:
                yield part
            part = _Part([point])
            continue
        part.points.append(point)
        part.curved = part.curved or kind == raw.FPDF_SEGMENT_BEZIERTO
        part.closed = part.closed or bool(raw.FPDFPathSegment_GetClose(segment))
    if part is not None and len(part.points) > 1:
        yield part


def _matrix(one: Any) -> Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(one, found):
        return _WHOLE
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    """First the one, then the other."""
    if outer is _WHOLE:
        return inner
    a, b, c, d, e, f = inner
    u, v, w, x, y, z = outer
    return (
        a * u + b * w, a * v + b * x, c * u + d * w, c * v + d * x,
        e * u + f * w + y, e * v + f * x + z,
    )  # fmt: skip


def _moved(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(one: Any, outer: Matrix) -> Box | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(one, left, bottom, right, top):
        return None
    corners = [
        _moved(outer, x, y) for x in (left.value, right.value) for y in (bottom.value, top.value)
    ]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _shade(colour: Callable[..., int], one: Any) -> int | None:
    """How light it is; None where it is seen through."""
    parts = [ctypes.c_uint() for _ in range(4)]
    if not colour(one, *parts):
        return 0
    *rgb, alpha = (part.value for part in parts)
    if alpha < _SEEN:
        return None
    light = sum(share * part for share, part in zip(_LUMA, rgb, strict=True))
    return round(255 - (255 - light) * alpha / 255)


def _is_pale(one: Any) -> bool:
    shade = _shade(raw.FPDFPageObj_GetFillColor, one)
    return shade is None or shade >= _PAPER
