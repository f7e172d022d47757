"""Pages of bars, rules and shades with known places; a bar stands for a word that is 16 pixels high."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vanguard.documents.images.raster import raster
from vanguard.documents.images.sheet import sheet
from vanguard.documents.page import Box, Line, Word

HEIGHT = 16
PITCH = 30


class Canvas:
    """A white page to draw on, in pixels."""

    def __init__(self, wide=800, high=1000):
        self.image = Image.new("L", (wide, high), 250)
        self.pen = ImageDraw.Draw(self.image)

    def bar(self, left, top, right, high=HEIGHT):
        """One piece of writing: letters of the usual height without gaps between words."""
        for x in range(left, right - 8, 12):
            self.pen.rectangle((x, top, min(x + 9, right - 1), top + high - 1), fill=20)
        return self

    def lines(self, left, top, right, count, last=None):
        """Full lines, the last one as wide as told, measured from the right."""
        for index in range(count):
            short = last if last is not None and index == count - 1 else right - left
            self.bar(right - short, top + PITCH * index, right)
        return self

    def rule(self, left, top, right, bottom):
        self.pen.rectangle((left, top, right, bottom), fill=0)
        return self

    def shade(self, left, top, right, bottom, level=205):
        self.pen.rectangle((left, top, right, bottom), fill=level)
        return self

    def grid(self, xs, ys, without=()):
        """Rules between these edges, but for those named as ((x1, y1), (x2, y2))."""
        for y in ys:
            for a, b in pairwise(xs):
                if ((a, y), (b, y)) not in without:
                    self.rule(a, y, b, y + 1)
        for x in xs:
            for a, b in pairwise(ys):
                if ((x, a), (x, b)) not in without:
                    self.rule(x, a, x + 1, b)
        return self

    def text(self, left, top, words, size=22):
        self.pen.text((left, top), words, fill=20, font=ImageFont.load_default(size))
        return self

    @property
    def raster(self):
        return raster(np.array(self.image), 144)

    @property
    def sheet(self):
        found = sheet(self.raster)
        assert found is not None
        return found


class Says:
    """An engine that says the same whatever it is shown; it counts its looks."""

    name = "says"

    def __init__(self, text="كلمة", confidence=0.95):
        self.text = text
        self.confidence = confidence
        self.looks = 0

    def read(self, grey, shape):
        self.looks += 1
        if not self.text:
            return ()
        high, wide = grey.shape
        box = Box(10, 10, wide - 10, high - 10)
        words = tuple(Word(word, box, self.confidence) for word in self.text.split())
        way = "rtl" if any("\u0600" < letter < "\u06ff" for letter in self.text) else "ltr"
        return (Line(words, box, way, self.confidence),)


def line(text, left=0, top=0, right=100, bottom=16, confidence=0.9):
    """A line of right-to-left words, all in the same box."""
    box = Box(left, top, right, bottom)
    return Line(tuple(Word(word, box, confidence) for word in text.split()), box, "rtl", confidence)
