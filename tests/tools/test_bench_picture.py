"""The picture is well-formed, says what was measured, and puts a larger figure further to the right."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from bench.report.picture import Panel, svg
from bench.report.result import Result

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def drawn() -> ET.Element:
    result = Result(
        at="2026-01-02T03:04:05+00:00",
        machine={},
        versions={"direct": "-", "vanguard": "<0.1>", "nginx": "1", "slow": "2"},
        kinds={"direct": "load", "vanguard": "vanguard", "nginx": "proxy", "slow": "product"},
        rounds=[
            {
                "nginx": {"json.cpu_us": 20 * noise, "paced.cpu_us": 20},
                "vanguard": {"json.cpu_us": 50 * noise, "paced.cpu_us": 25},
                "slow": {"json.cpu_us": 9_000 * noise},
            }
            for noise in (0.9, 1, 1.2)
        ],
    )
    return ET.fromstring(svg(result))


def texts(drawn: ET.Element) -> list[str]:
    return [element.text or "" for element in drawn.iter(f"{SVG}text")]


def test_medians_and_versions_are_in_it_and_the_load_is_not(drawn):
    found = texts(drawn)
    assert {"nginx 1", "vanguard <0.1>", "slow 2", "20", "50", "9,000", "25"} <= set(found)
    assert not any(text.startswith("direct") for text in found)
    assert "not measured" in found


def test_candidates_are_in_the_order_of_their_cost(drawn):
    names = [
        element.text for element in drawn.iter(f"{SVG}text") if "name" in element.get("class", "")
    ]
    assert names == ["nginx 1", "vanguard <0.1>", "slow 2"]


def test_everything_lies_inside(drawn):
    width, height = float(drawn.get("width", "")), float(drawn.get("height", ""))
    for dot in drawn.iter(f"{SVG}circle"):
        assert 0 < float(dot.get("cx", "")) < width
        assert 0 < float(dot.get("cy", "")) < height


def test_our_own_dots_are_marked(drawn):
    marked = [dot for dot in drawn.iter(f"{SVG}circle") if "ours" in dot.get("class", "")]
    assert len(marked) == 2


def test_dark_has_its_own_colours(drawn):
    style = next(drawn.iter(f"{SVG}style")).text or ""
    assert "prefers-color-scheme: dark" in style


def test_those_who_cannot_see_it_are_told(drawn):
    title = next(drawn.iter(f"{SVG}title")).text or ""
    assert "vanguard 50" in title


def test_the_axis_is_logarithmic():
    panel = Panel("t", 0, 300, [("a", [1.0, 1_000.0])])
    assert panel.decades == (0, 3)
    assert [round(panel.x(value)) for value in (1, 10, 100, 1_000)] == [0, 100, 200, 300]
