"""The pages that a model learns from or is measured on: an image, a question, the Markdown.

It does not know models. What it reads is `chat.jsonl` as `documents synth --format chat` writes it:
`messages` of one question and one answer, and `images` relative to the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from vanguard.core.errors import InvalidRequest

CHAT = "chat.jsonl"
MANIFEST = "manifest.jsonl"
MARK = "<image>"
MAX_LINE_BYTES = 4 * 2**20
MAX_EXAMPLES = 5_000_000


class _Message(msgspec.Struct, frozen=True):
    role: str
    content: str


class _Line(msgspec.Struct, frozen=True):
    messages: tuple[_Message, ...]
    images: tuple[str, ...]


class Example(msgspec.Struct, frozen=True):
    """One page.

    Attributes:
        name: the image's path without its suffix; names the page in reports.
        question: without the mark that stands for the image, which comes first.
    """

    name: str
    image: Path
    question: str
    answer: str


class Examples(msgspec.Struct, frozen=True):
    """All pages of a file, in its order.

    Attributes:
        sha256: of the file, and of the manifest beside it, which has a hash of each image; where
            there is none, of all images together. By their names.
    """

    folder: Path
    examples: tuple[Example, ...]
    sha256: dict[str, str]


def load(place: Path) -> Examples:
    """The pages of a folder with a `chat.jsonl`, or of such a file.

    Raises:
        InvalidRequest: it cannot be read, a line is no page, or an image is missing or lies outside.
    """
    path = place / CHAT if place.is_dir() else place
    if not path.is_file():
        raise InvalidRequest(
            f"{path}: no such file; `vanguard documents synth --format chat` writes one"
        )
    examples = tuple(_examples(path))
    if not examples:
        raise InvalidRequest(f"{path}: there is no page in it")
    names = {one.name for one in examples}
    if len(names) != len(examples):
        raise InvalidRequest(f"{path}: {len(examples) - len(names)} images stand there twice")
    manifest = path.parent / MANIFEST
    if manifest.is_file():
        images = {MANIFEST: digest(manifest)}
    else:
        all_images = "".join(digest(one.image) for one in examples)
        images = {"images": hashlib.sha256(all_images.encode()).hexdigest()}
    return Examples(path.parent, examples, {path.name: digest(path), **images})


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _examples(path: Path) -> Iterator[Example]:
    decoder = msgspec.json.Decoder(_Line)
    root = path.parent.resolve()
    with path.open("rb") as lines:
        number = 0
        while line := lines.readline(MAX_LINE_BYTES):
            number += 1
            if number > MAX_EXAMPLES or len(line) == MAX_LINE_BYTES:
                raise InvalidRequest(
                    f"{path}:{number}: at most {MAX_EXAMPLES:,} lines of {MAX_LINE_BYTES:,} bytes are read"
                )
            if line.strip():
                try:
                    yield _example(root, decoder.decode(line))
                except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
                    raise InvalidRequest(f"{path}:{number}: no page: {error}") from error


def _example(root: Path, line: _Line) -> Example:
    if [message.role for message in line.messages] != ["user", "assistant"]:
        raise ValueError("wanted are a question of `user` and an answer of `assistant`")
    if len(line.images) != 1:
        raise ValueError(f"{len(line.images)} images, wanted is one")
    question, answer = (message.content for message in line.messages)
    if question.count(MARK) > 1 or not question.replace(MARK, "").strip() or not answer.strip():
        raise ValueError("question or answer is empty, or names several images")
    image = (root / line.images[0]).resolve()
    if not image.is_relative_to(root):
        raise ValueError(f"the image {line.images[0]} lies outside of {root}")
    if not image.is_file():
        raise ValueError(f"there is no image {image}")
    name = image.relative_to(root).with_suffix("").as_posix()
    return Example(name, image, question.replace(MARK, "").strip(), answer)
