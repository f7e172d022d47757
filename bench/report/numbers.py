"""Writes numbers as people read them. It does not know what they count."""

from __future__ import annotations


def shown(value: float | None) -> str:
    """Three digits at most, thousands apart; a dash for what was not measured."""
    if value is None:
        return "–"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return _short(value, 1)
    return _short(value, 2)


def _short(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float | None) -> str:
    """A share from 0 to 1."""
    return "–" if share is None else f"{share:.0%}"
