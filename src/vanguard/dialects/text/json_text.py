"""Masks JSON that is itself text, such as a tool call's arguments, and keeps it valid JSON.

It does not know tools, and it keeps no tree: it looks at one character after another, in pieces of
any size. Every string, names included, is a run of text of its own and is masked as what it means,
not as it is escaped; so is every number. Braces, commas, `true`, `false` and `null` are never
masked. What stays as it is keeps its very characters. Text that is not JSON is one run of text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import msgspec

from vanguard.dialects.text.contract import Channel, Mask, WholeText

_GAP = re.compile(r"[\s{}\[\],:]*")
_NUMBER = re.compile(r"[0-9+\-.eE]+")
_WORD = re.compile(r'[^\s{}\[\],:"]+')
_DELIMITERS = frozenset(' \t\r\n{}[],:"')
_LITERALS = ("true", "false", "null")
_PLAIN = re.compile(r'[^"\\]+')
_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([^u]))"
)
_UNFINISHED = re.compile(
    r"\\(?:u[0-9a-fA-F]{0,3}|u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?)?\Z"
)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UNPAIRED = "\ufffd"


def _nothing() -> str:
    return ""


def mask_json(text: str, mask: Mask) -> str:
    """A whole JSON text with each string and number masked."""
    json = JsonText(lambda: WholeText(mask))
    return json.feed(text) + json.finish()


class JsonText:
    """A channel over JSON text. Never raises by itself, whatever it is fed."""

    def __init__(self, make_channel: Callable[[], Channel]) -> None:
        """Begins a JSON text; `make_channel` is called once per string or number."""
        self._make = make_channel
        self._scan: Callable[[str, int, list[str]], int] = self._start
        self._unread = _nothing
        self._close = _nothing
        self._word = ""
        self._echo = ""  # characters of a plain run that went out before it was known as one

    def feed(self, text: str) -> str:
        """Takes the next piece; returns what may be shown now."""
        out: list[str] = []
        at = 0
        text = self._unread() + text
        while at < len(text):
            at = self._scan(text, at, out)
        return "".join(out)

    def finish(self) -> str:
        """Ends the text, wherever it stands; returns what was held back."""
        return self._close()

    def _start(self, text: str, at: int, out: list[str]) -> int:
        rest = text[at:].lstrip()
        end = len(text) - len(rest)
        out.append(text[at:end])
        if rest and rest[0] in "{[":
            self._begin_gap()
        elif rest:
            self._begin_plain(self._make())
        return end

    def _begin_gap(self) -> None:
        self._scan = self._in_gap
        self._unread = self._close = _nothing

    def _in_gap(self, text: str, at: int, out: list[str]) -> int:
        gap = _GAP.match(text, at)
        end = gap.end() if gap else at
        out.append(text[at:end])
        if end == len(text):
            return end
        if text[end] == '"':
            out.append('"')
            string = _String(self._make())
            self._scan = partial(self._in_string, string)
            self._unread, self._close = string.unread, string.cut_off
            return end + 1
        if text[end] in "-0123456789":
            number = _Number(self._make())
            self._scan = partial(self._in_number, number)
            self._close = number.close
        else:
            self._word = ""
            self._scan = self._in_word
        return end

    def _in_string(self, string: _String, text: str, at: int, out: list[str]) -> int:
        end, closed = string.read(text, at, out)
        if closed:
            self._begin_gap()
        return end

    def _in_number(self, number: _Number, text: str, at: int, out: list[str]) -> int:
        found = _NUMBER.match(text, at)
        end = found.end() if found else at
        if found:
            out.append(number.feed(found.group()))
        if end < len(text):
            if text[end] in _DELIMITERS:
                out.append(number.close())
                self._begin_gap()
            else:
                self._begin_plain(number.channel)
        return end

    def _in_word(self, text: str, at: int, out: list[str]) -> int:
        found = _WORD.match(text, at)
        end = found.end() if found else at
        word = self._word + text[at:end]
        if not any(literal.startswith(word) for literal in _LITERALS):
            # No JSON: what stands here and all that follows is one run of text.
            self._echo = self._word
            channel = self._make()
            self._begin_plain(channel)
            return self._in_plain(channel, text, at, out, before=self._word)
        out.append(text[at:end])
        self._word = word
        if end < len(text):
            self._begin_gap()
        return end

    def _begin_plain(self, channel: Channel) -> None:
        self._scan = partial(self._in_plain, channel)
        self._unread = _nothing
        self._close = lambda: self._unechoed(channel.finish())

    def _in_plain(
        self, channel: Channel, text: str, at: int, out: list[str], *, before: str = ""
    ) -> int:
        out.append(self._unechoed(channel.feed(before + text[at:])))
        return len(text)

    def _unechoed(self, text: str) -> str:
        if not self._echo or not text:
            return text
        if self._echo.startswith(text):
            self._echo = self._echo[len(text) :]
            return ""
        text = text.removeprefix(self._echo)
        self._echo = ""
        return text


class _String:
    """The inside of one JSON string."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._unread = ""  # an escape of which the end has not come
        self._held: list[tuple[str, str]] = []  # what was fed and not let go: meaning, as written
        self._changed = False

    def unread(self) -> str:
        text, self._unread = self._unread, ""
        return text

    def read(self, text: str, at: int, out: list[str]) -> tuple[int, bool]:
        """Reads up to the closing quote or the end; returns the place and whether it closed."""
        pieces: list[tuple[str, str]] = []
        while at < len(text):
            if text[at] == '"':
                out += (self._push(pieces), self.close(), '"')
                return at + 1, True
            if text[at] != "\\":
                at = _read_plain(text, at, pieces)
            elif _UNFINISHED.match(text, at):
                self._unread = text[at:]
                break
            else:
                at = _read_escape(text, at, pieces)
        out.append(self._push(pieces))
        return len(text), False

    def close(self) -> str:
        """Ends the string; its quote is not included."""
        return self._written(self._channel.finish())

    def cut_off(self) -> str:
        """Ends the string where its text ends without a quote."""
        rest = self.unread()
        return self._push([(rest, rest)] if rest else []) + self.close()

    def _push(self, pieces: list[tuple[str, str]]) -> str:
        if not pieces:
            return ""
        if not self._changed:
            self._held += pieces
        return self._written(self._channel.feed("".join(meaning for meaning, _ in pieces)))

    def _written(self, text: str) -> str:
        """Text that the channel let go, as it was written if it is what was fed."""
        if not self._changed:
            fed = "".join(meaning for meaning, _ in self._held)
            if fed.startswith(text):
                return self._let_go(len(text))
            self._changed = True
        return msgspec.json.encode(text)[1:-1].decode()

    def _let_go(self, length: int) -> str:
        out = []
        held = iter(self._held)
        rest: list[tuple[str, str]] = []
        while length:
            meaning, written = next(held)
            if len(meaning) > length:  # only plain pieces are longer than one character
                rest = [(meaning[length:], written[length:])]
                written = written[:length]
                meaning = written
            out.append(written)
            length -= len(meaning)
        self._held = rest + list(held)
        return "".join(out)


def _read_plain(text: str, at: int, pieces: list[tuple[str, str]]) -> int:
    found = _PLAIN.match(text, at)
    if found is None:
        raise AssertionError("not at plain text")
    pieces.append((found.group(), found.group()))
    return found.end()


def _read_escape(text: str, at: int, pieces: list[tuple[str, str]]) -> int:
    found = _ESCAPE.match(text, at)
    if found is None:  # `\u` without its digits: no JSON, taken as it stands
        pieces.append(("\\", "\\"))
        return at + 1
    high, low, unit, letter = found.groups()
    if high:
        meaning = chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    elif unit:
        code = int(unit, 16)
        meaning = _UNPAIRED if 0xD800 <= code <= 0xDFFF else chr(code)
    else:
        meaning = _SHORT.get(letter, letter)
    pieces.append((meaning, found.group()))
    return found.end()


class _Number:
    """One JSON number; it becomes a string when its mask changes it.

    When its beginning is already out, it is ended there, as a number.
    """

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self._waiting = ""  # fed and not let go
        self._sent = ""
        self._quoted = False
        self._cut = False

    def feed(self, text: str) -> str:
        self._waiting += text
        return self._written(self.channel.feed(text))

    def close(self) -> str:
        out = self._written(self.channel.finish())
        if self._quoted:
            return f'{out}"'
        if self._waiting and not self._cut:
            return out + (self._ending() if self._sent else '""')
        return out

    def _written(self, text: str) -> str:
        if self._cut or not text:
            return ""
        if self._quoted:
            return msgspec.json.encode(text)[1:-1].decode()
        if self._waiting.startswith(text):
            self._waiting = self._waiting[len(text) :]
            self._sent += text
            return text
        if self._sent:
            self._cut = True
            return self._ending()
        self._quoted = True
        return msgspec.json.encode(text)[:-1].decode()

    def _ending(self) -> str:
        return "" if self._sent[-1].isdigit() else "0"
