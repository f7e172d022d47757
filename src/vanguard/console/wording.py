"""Turns numbers of the API into short words for people.

It does not know where a number comes from, nor how it is drawn.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from vanguard.console.records import Price
from vanguard.core.money import MICROS_PER_USD

NOTHING = "–"
_MINUTE_S = 60
_HOUR_S = 3_600
_DAY_S = 86_400
_DIGITS = ((MICROS_PER_USD, 2), (MICROS_PER_USD // 100, 4), (0, 6))
_SCALES = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))


def usd(micros: int) -> str:
    """Micro-dollars as dollars: cents from one dollar up, four digits from one cent, else all six.

    An amount that is not zero never reads as zero.
    """
    if micros == 0:
        return "$0"
    digits = next(digits for least, digits in _DIGITS if abs(micros) >= least)
    amount = (Decimal(abs(micros)) / MICROS_PER_USD).quantize(Decimal(1).scaleb(-digits))
    whole, _, part = f"{amount:,f}".partition(".")
    return f"{'-' if micros < 0 else ''}${whole}.{part[:2]}{part[2:].rstrip('0')}"


def price(known: Price | None) -> str:
    """What a deployment costs for a million tokens; an unknown price is said, never zero."""
    if known is None:
        return "price unknown"
    rates = known.input_usd_micros_per_mtok, known.output_usd_micros_per_mtok
    if not any(rates) and not known.request_usd_micros:
        return "free"
    words = f"{usd(rates[0])} in · {usd(rates[1])} out"
    if known.request_usd_micros:
        words += f" · {usd(known.request_usd_micros)} a request"
    return words


def count(number: int, one: str = "", many: str = "") -> str:
    """A whole number with its noun, such as `1 key` or `1,204 keys`."""
    noun = one if number == 1 else many or (one and one + "s")
    return f"{number:,} {noun}".rstrip()


def tokens(number: int) -> str:
    """A count of tokens in at most five characters, such as `812`, `12.3k`, `4.0M`."""
    for scale, letter in _SCALES:
        if abs(number) >= scale:
            return f"{number / scale:.1f}{letter}"
    return str(number)


def milliseconds(number: int | None) -> str:
    """A duration, such as `412 ms`, `1.42 s` or `2 min 5 s`; a dash when there is none."""
    if number is None or number < 0:
        return NOTHING
    if number < 1_000:
        return f"{number} ms"
    if number < _MINUTE_S * 1_000:
        return f"{number / 1_000:.2f} s"
    minutes, rest_ms = divmod(number, _MINUTE_S * 1_000)
    return f"{minutes} min {rest_ms // 1_000} s"


def size(number_bytes: int) -> str:
    """A size in bytes, KB or MB (powers of 1,000)."""
    if number_bytes < 1_000:
        return count(number_bytes, "byte")
    if number_bytes < 1_000_000:
        return f"{number_bytes / 1_000:.1f} KB"
    return f"{number_bytes / 1_000_000:,.1f} MB"


def elapsed(since: datetime, now: datetime) -> str:
    """The time between two moments in its largest unit, such as `3 min` or `2 days`."""
    seconds = max(0, int((now - since).total_seconds()))
    if seconds < _MINUTE_S:
        return f"{seconds} s"
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S} min"
    if seconds < _DAY_S:
        return f"{seconds // _HOUR_S} h {seconds % _HOUR_S // _MINUTE_S} min"
    return count(seconds // _DAY_S, "day")


def speed(number: int, seconds: float) -> str:
    """Tokens a second; empty when it cannot be told."""
    return f"{number / seconds:.1f} tokens/s" if number > 1 and seconds > 0 else ""
