"""What a model call consumed, in tokens, the same for every provider.

It does not know prices, nor where a provider writes its counts.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from msgspec.structs import replace

_MOST_TOKENS = 2**40 - 1
# bounds of what is read back, not of what is made: `sane` sees to that
_Count = Annotated[int, msgspec.Meta(ge=0, le=_MOST_TOKENS)]


_T = TypeVar("_T", bound=msgspec.Struct)


class Media(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens of one model call that are not text, as far as the provider tells them apart.

    Attributes:
        input_audio_tokens, input_image_tokens, input_video_tokens: parts of the input, cached included.
        cached_audio_tokens, cached_image_tokens, cached_video_tokens: of those, what came from the cache.
        output_audio_tokens, output_image_tokens, output_video_tokens: parts of the output.
    """

    input_audio_tokens: _Count = 0
    input_image_tokens: _Count = 0
    input_video_tokens: _Count = 0
    cached_audio_tokens: _Count = 0
    cached_image_tokens: _Count = 0
    cached_video_tokens: _Count = 0
    output_audio_tokens: _Count = 0
    output_image_tokens: _Count = 0
    output_video_tokens: _Count = 0

    def sane(self) -> Media:
        """As of `Usage`."""
        made = _clamped(self)
        return self if made == self else made


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens of one model call.

    Attributes:
        input_tokens: the whole input, cached parts included (Anthropic reports them apart; its
            dialect adds them up).
        output_tokens: the whole output, reasoning included.
        cache_read_tokens: the part of the input that came from the provider's cache.
        cache_write_tokens: the part of the input written to a cache for five minutes.
        cache_write_1h_tokens: the part of the input written to a cache for one hour.
        reasoning_tokens: the part of the output that is reasoning, where the provider tells.
        estimated: true when a count is ours and not the provider's.
        media: what of input and output is no text; None where nothing is, or nobody tells.
    """

    input_tokens: _Count = 0
    output_tokens: _Count = 0
    cache_read_tokens: _Count = 0
    cache_write_tokens: _Count = 0
    cache_write_1h_tokens: _Count = 0
    reasoning_tokens: _Count = 0
    estimated: bool = False
    media: Media | None = None

    def sane(self) -> Usage:
        """Each count from 0 to 2**40 - 1: nothing negative credits a budget, no sum overflows."""
        every = self.input_tokens | self.output_tokens | self.cache_read_tokens
        every |= self.cache_write_tokens | self.cache_write_1h_tokens | self.reasoning_tokens
        # no count has a bit that is not in there, and a negative one would show in its sign
        fits = 0 <= every <= _MOST_TOKENS
        if fits and self.media is None:
            return self
        media = None if self.media is None else self.media.sane()
        if fits and media is self.media:
            return self
        return replace(_clamped(self), media=media)

    def after(self, earlier: Usage) -> Usage:
        """What an answer has told when these counts came after others: nought takes nothing back.

        Input and output go each with what they are made of.
        """
        read = self if self.input_tokens else earlier
        written = self if self.output_tokens else earlier
        if read is written:
            return read
        return replace(
            read,
            output_tokens=written.output_tokens,
            reasoning_tokens=written.reasoning_tokens,
            media=_joined(read.media, written.media),
        )

    @property
    def total_tokens(self) -> int:
        """Input plus output."""
        return self.input_tokens + self.output_tokens


def _clamped(counts: _T) -> _T:
    told = {name: getattr(counts, name) for name in counts.__struct_fields__}
    sane = {
        name: min(max(count, 0), _MOST_TOKENS) for name, count in told.items() if type(count) is int
    }
    return replace(counts, **sane)


def _joined(read: Media | None, written: Media | None) -> Media | None:
    """The input's parts of one, the output's of the other."""
    if written is None and read is None:
        return None
    made = written or Media()
    return replace(
        read or Media(),
        output_audio_tokens=made.output_audio_tokens,
        output_image_tokens=made.output_image_tokens,
        output_video_tokens=made.output_video_tokens,
    )
