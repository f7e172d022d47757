"""Gets the weights of the model that was asked for: cache, sources in turn, then the fallback.

It does not know the kinds of sources, nor what the weights are for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.catalog import Catalog, Weights
from vanguard.serving.weights.shelf import Shelf
from vanguard.serving.weights.source import Source

# Told which weights are being fetched, the bytes done and the bytes there are (-1: not known, as
# another process fetches them). It may raise `Abandoned`.
Watch = Callable[[Weights, int, int], None]

_MAGIC = b"GGUF"


class Obtained(msgspec.Struct, frozen=True):
    """Weights on this machine, ready to be loaded.

    Attributes:
        context_tokens: longest context of the model; 0 when its file was named by path.
        note: for people: why it is not the model that was asked for; empty when it is.
    """

    name: str
    path: Path
    digest: str
    context_tokens: int
    note: str = ""


def obtain(
    model: str, catalog: Catalog, shelf: Shelf, sources: Sequence[Source], watch: Watch
) -> Obtained:
    """The weights of a row of the catalogue or of a GGUF file.

    `model` is a key of the catalogue, or the path of a file.

    Raises:
        WeightsUnavailable: none could be had; the message names each source and its reason.
    """
    row = catalog.get(model)
    if row is None:
        return _by_path(Path(model), shelf, catalog)
    notes: list[str] = []
    while True:
        try:
            path = fetch(row, shelf, sources, watch)
        except WeightsUnavailable as error:
            notes.append(f"{row.name} cannot be had ({error.message})")
            if row.fallback is None:
                raise WeightsUnavailable("; ".join(notes)) from error
            row = catalog[row.fallback]
            continue
        note = f"{'; '.join(notes)}; {row.name} serves instead" if notes else ""
        return Obtained(row.name, path, row.digest, row.context_tokens, note)


def fetch(weights: Weights, shelf: Shelf, sources: Sequence[Source], watch: Watch) -> Path:
    """The file of these weights and no others, fetched unless it is in the cache.

    Raises:
        WeightsUnavailable: no source delivered them.
    """
    found = shelf.find(weights)
    if found is not None:
        return found
    with shelf.lock(weights, waiting=lambda: watch(weights, 0, -1)):
        found = shelf.find(weights)  # another process may have fetched them meanwhile
        if found is not None:
            return found
        reasons = []
        for source in sources:
            try:
                return _fetch_from(source, weights, shelf, watch)
            except WeightsUnavailable as error:
                reasons.append(f"{source.name}: {error.message}")
            except OSError as error:
                reasons.append(f"{source.name}: {error}")
        raise WeightsUnavailable("; ".join(reasons) or "no source is configured")


def _fetch_from(source: Source, weights: Weights, shelf: Shelf, watch: Watch) -> Path:
    shelf.check_room(weights, source.room_bytes(weights))
    watch(weights, 0, weights.size_bytes)
    source.fetch(weights, shelf.draft(weights), lambda done, total: watch(weights, done, total))
    return shelf.adopt(weights, lambda _, total: watch(weights, total, total))


def _by_path(path: Path, shelf: Shelf, catalog: Catalog) -> Obtained:
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
        if magic != _MAGIC:
            raise WeightsUnavailable(f"{path} is not a GGUF file")
        digest = shelf.digest_of(path)
    except OSError as error:
        known = ", ".join(catalog)
        raise WeightsUnavailable(
            f"{path} cannot be read ({error.strerror}); engine.model is {known}, none, or the path "
            "of a GGUF file"
        ) from error
    return Obtained(f"gguf:{path.stem}", path, digest, 0)
