"""The kinds of pages, by name: how each is built, within which bounds, and what happens to its image.

It does not know how an image is degraded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vanguard.documents.synth.pages import forms, prose, tables
from vanguard.documents.synth.pages.press import Press
from vanguard.documents.synth.pages.style import Bounds


@dataclass(frozen=True)
class Kind:
    """A kind of page.

    Attributes:
        scanned: transforms, each with its strength, that make the kind what it is; they are applied
            whatever else is asked for.
        dpi: that the kind is drawn at; 0 for the run's own.
    """

    name: str
    build: Callable[[Press], None]
    bounds: Bounds = field(default_factory=Bounds)
    scanned: tuple[tuple[str, int], ...] = ()
    dpi: int = 0


_TABLE = Bounds(sizes=(9.5, 12.5), papers=(0, 0, 0, 3))
_ALL = (
    Kind("plain", prose.plain),
    Kind(
        "two_columns",
        prose.two_columns,
        Bounds((9.5, 12), papers=(0, 0, 3, 4), aligns=("justify", "right")),
    ),
    Kind(
        "three_columns",
        prose.three_columns,
        Bounds((8, 9.5), papers=(0, 3, 4), aligns=("justify", "right")),
    ),
    Kind("vocalised", prose.vocalised, Bounds((13, 18), (1.8, 2.4))),
    Kind("mixed_digits", prose.mixed_digits),
    Kind("ruled_table", tables.ruled_table, _TABLE),
    Kind("borderless_table", tables.borderless_table, _TABLE),
    Kind("tatweel", prose.tatweel),
    Kind(
        "skewed_scan",
        prose.plain,
        Bounds((11, 15)),
        (("skew", 3), ("uneven_light", 1), ("gaussian_noise", 1), ("jpeg", 1)),
        100,
    ),
    Kind(
        "shaded_scan",
        tables.ruled_table,
        _TABLE,
        (("skew", 1), ("uneven_light", 3), ("gaussian_noise", 1), ("jpeg", 2)),
        150,
    ),
    Kind("sidebar", prose.sidebar, Bounds(papers=(0, 0, 3))),
    Kind("footnotes", prose.footnotes),
    Kind("letter", forms.letter, Bounds((11, 14), papers=(0, 0, 3))),
    Kind("invoice", forms.invoice, _TABLE),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
