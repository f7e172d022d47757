"""TEDS: how alike two tables are, as trees.

It does not know HTML. TEDS = 1 - distance / max(nodes), the root not counted (Zhong et al., arXiv
1911.10683, 2019-11-24); a cell against a cell costs the normalised Levenshtein distance of their
contents, other spans or another tag cost 1. TEDS-S leaves the contents out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from apted import APTED, Config
from rapidfuzz.distance import Levenshtein

from vanguard.documents.evaluate.sources.content import Grid

# The exact distance takes about 10 µs for each pair of a node of one table and one of the other, and
# much more when one of them is very large. A table of 50 rows and 7 columns stays within this.
MAX_EXACT_NODES = 450


@dataclass(frozen=True)
class Node:
    """A table, a row or a cell.

    Attributes:
        content: of a cell whose text is compared; else empty.
    """

    tag: str
    row_span: int = 1
    column_span: int = 1
    content: str = ""
    children: list[Node] = field(default_factory=list)

    @cached_property
    def size(self) -> int:
        """Nodes below this one."""
        return sum(1 + child.size for child in self.children)


@dataclass
class Work:
    """How many pairs of nodes may still be compared on a page, exactly and roughly.

    A reader gone astray may emit hundreds of tables, each to be compared with each of the truth: this
    keeps a page to seconds.

    Attributes:
        rough: comparisons that were not exact.
    """

    exact_left: int = 700_000
    rough_left: int = 2_000_000
    rough: int = 0


def of_grid(grid: Grid, normal: Callable[[str], str]) -> Node:
    """A grid as a tree table > tbody > row > cell, where naming cells are cells like others."""
    rows = [
        Node(
            "tr",
            children=[
                Node("td", cell.row_span, cell.column_span, normal(cell.text)) for cell in row
            ],
        )
        for row in grid.rows
    ]
    return Node("table", children=[Node("tbody", children=rows)])


def bare(tree: Node) -> Node:
    """The same tree without contents."""
    return Node(tree.tag, tree.row_span, tree.column_span, "", list(map(bare, tree.children)))


def teds(prediction: Node, truth: Node, work: Work | None = None) -> float:
    """1 for the same table, 0 or less for nothing in common.

    Tables beyond `MAX_EXACT_NODES`, or beyond what `work` allows, are compared row by row and cell by
    cell, and at last not at all, which is worth 0. Neither is better than the exact figure, and both
    are counted in `work.rough`.
    """
    work = work or Work()
    sizes = prediction.size, truth.size
    nodes, pairs = max(sizes), (sizes[0] + 1) * (sizes[1] + 1)
    if prediction == truth or not nodes:
        return 1.0
    distance = float(nodes)
    if nodes <= MAX_EXACT_NODES and pairs <= work.exact_left:
        work.exact_left -= pairs
        distance = float(APTED(prediction, truth, _Costs()).compute_edit_distance())
    else:
        work.rough += 1
        if pairs <= work.rough_left:
            work.rough_left -= pairs
            distance = aligned(prediction, truth)
    return 1.0 - distance / nodes


def aligned(prediction: Node, truth: Node) -> float:
    """The cost of one edit script that keeps levels and order: at least the exact distance."""
    cost = rename(prediction, truth)
    if not prediction.children and not truth.children:
        return cost
    above = [0.0]
    sizes = [1 + child.size for child in truth.children]
    for size in sizes:
        above.append(above[-1] + size)
    for child in prediction.children:
        weight = 1 + child.size
        row = [above[0] + weight]
        for place, other in enumerate(truth.children):
            row.append(
                min(
                    above[place + 1] + weight,
                    row[place] + sizes[place],
                    above[place] + aligned(child, other),
                )
            )
        above = row
    return cost + above[-1]


def rename(one: Node, other: Node) -> float:
    """What it costs to make one node the other, 0 to 1."""
    if (one.tag, one.row_span, one.column_span) != (other.tag, other.row_span, other.column_span):
        return 1.0
    if not one.content and not other.content:
        return 0.0
    longest = max(len(one.content), len(other.content))
    return float(Levenshtein.distance(one.content, other.content)) / longest


class _Costs(Config):  # type: ignore[misc]
    """The costs of TEDS, as apted asks for them."""

    def rename(self, node1: Node, node2: Node) -> float:
        """See `rename`."""
        return rename(node1, node2)
