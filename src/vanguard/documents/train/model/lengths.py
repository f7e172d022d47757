"""Says how many tokens a page takes, before anything is trained.

It does not know models. A page that is too long is left out: cut short, it would teach to stop early.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PIL import Image

from vanguard.core.errors import InvalidRequest
from vanguard.documents.train.examples import Example

_BATCH = 256


def fitting(
    examples: Sequence[Example], processor: Any, most_tokens: int
) -> tuple[tuple[Example, ...], int]:
    """The pages that fit, and the tokens of the longest of them; each image is opened, none is decoded.

    Raises:
        InvalidRequest: an image cannot be opened.
    """
    kept: list[Example] = []
    longest = 0
    for start in range(0, len(examples), _BATCH):
        batch = examples[start : start + _BATCH]
        for example, text_tokens in zip(batch, _text_tokens(batch, processor), strict=True):
            tokens = text_tokens + _image_tokens(example, processor)
            if tokens <= most_tokens:
                kept.append(example)
                longest = max(longest, tokens)
    return tuple(kept), longest


def conversation(example: Example) -> list[dict[str, object]]:
    """The question as chat templates want it, the image first."""
    content = [{"type": "image"}, {"type": "text", "text": example.question}]
    return [{"role": "user", "content": content}]


def _text_tokens(batch: Sequence[Example], processor: Any) -> list[int]:
    """Of question, answer and template; the image is one token here, and counted apart."""
    texts = [
        processor.apply_chat_template(
            [*conversation(one), {"role": "assistant", "content": one.answer}], tokenize=False
        )
        for one in batch
    ]
    return [len(ids) - 1 for ids in processor.tokenizer(texts)["input_ids"]]


def _image_tokens(example: Example, processor: Any) -> int:
    try:
        with Image.open(example.image) as image:
            width, height = image.size
    except (OSError, Image.DecompressionBombError) as error:
        raise InvalidRequest(f"{example.image}: {error}") from error
    images = processor.image_processor
    patches = images.get_number_of_image_patches(height, width, {})
    return int(patches // images.merge_size**2)
