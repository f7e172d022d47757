"""What a model call consumed, in tokens, the same for every provider.

It does not know prices, nor where a provider writes its counts.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

_MOST_TOKENS = 2**40 - 1
# bounds of what is read back, not of what is made: `sane` sees to that
_Count = Annotated[int, msgspec.Meta(ge=0, le=_MOST_TOKENS)]


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
    """

    input_tokens: _Count = 0
    output_tokens: _Count = 0
    cache_read_tokens: _Count = 0
    cache_write_tokens: _Count = 0
    cache_write_1h_tokens: _Count = 0
    reasoning_tokens: _Count = 0
    estimated: bool = False

    def sane(self) -> Usage:
        """Each count from 0 to 2**40 - 1: nothing negative credits a budget, no sum overflows."""
        every = self.input_tokens | self.output_tokens | self.cache_read_tokens
        every |= self.cache_write_tokens | self.cache_write_1h_tokens | self.reasoning_tokens
        if 0 <= every <= _MOST_TOKENS:
            # no count has a bit that is not in there, and a negative one would show in its sign
            return self
        counts = {
            name: min(max(getattr(self, name), 0), _MOST_TOKENS)
            for name in self.__struct_fields__
            if name != "estimated"
        }
        return Usage(**counts, estimated=self.estimated)

    def after(self, earlier: Usage) -> Usage:
        """What an answer has told when these counts came after others: nought takes nothing back.

        Input and output go each with what they are made of.
        """
        read = self if self.input_tokens else earlier
        written = self if self.output_tokens else earlier
        if read is written:
            return read
        return msgspec.structs.replace(
            read, output_tokens=written.output_tokens, reasoning_tokens=written.reasoning_tokens
        )

    @property
    def total_tokens(self) -> int:
        """Input plus output."""
        return self.input_tokens + self.output_tokens
