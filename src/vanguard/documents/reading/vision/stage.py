"""The stage that has a model read a page again, region by region or as a whole.

It does not know whose reading will be taken. What is wrong with one answer stands in that answer; a model
that cannot be asked at all fails the step, so that another run asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, Literal

import msgspec

from vanguard.core.errors import ContentBlocked, RequestTooLarge
from vanguard.documents import prompts
from vanguard.documents.images.cut import cut_out
from vanguard.documents.images.pose.flat import as_read
from vanguard.documents.images.prepare import prepare
from vanguard.documents.images.raster import Raster
from vanguard.documents.page import Block, Box, Reason
from vanguard.documents.reading.files import picture_of
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.values import Answer, PageRead
from vanguard.documents.reading.vision.answers import answer_of
from vanguard.documents.reading.vision.contract import Model, Question
from vanguard.documents.reading.vision.picture import as_uri
from vanguard.documents.reading.vision.served import ServedModel, key_behind
from vanguard.documents.reading.vision.support import most_letters
from vanguard.documents.reading.vision.whole import whole_page
from vanguard.flow.ports import Blobs
from vanguard.flow.stage import Made
from vanguard.sdk import Client

_MARGIN = 0.5  # heights of a word, around a part
_TOKENS_PER_LETTER = 3  # of tokenisers that were not made for Arabic; marks are letters too
_LEAST_TOKENS = 128
_PAGE_TOKENS = 8_192
_MOST_REGIONS = 400
_BLOCKED = (ContentBlocked, RequestTooLarge)  # of this picture alone


@dataclass(frozen=True)
class AskModel:
    """A second reading by a served model; pages whose text layer can be trusted are left as they are.

    Attributes:
        model: a public name of the platform.
        by: what a question shows: each block, or the page (and its blocks where that goes wrong).
        at_once: questions of a page that are under way at the same time.
        writing_px: height of writing in the pictures.
        most_pixels: of a picture.
        most_tokens: of an answer about a region.
        answer_s: of each wait for a piece of an answer.
        prompts: version of the words that it is asked with.
        password: of encrypted PDFs.
        url, home: where the platform is; by default as the client finds it.
        key: reference to the key that is asked with, `env:NAME` or `file:/path`; by default as the
            client finds it.
    """

    model: str
    by: Literal["region", "page"] = "region"
    at_once: int = 4
    writing_px: float = 28.0
    most_pixels: int = 1_600_000
    most_tokens: int = 4_096
    answer_s: float = 120.0
    dots_per_inch: float = 200.0
    password: str = ""
    prompts: int = prompts.VERSION
    url: str = ""
    home: str = ""
    key: str = ""
    limits: ReadingLimits = field(default_factory=ReadingLimits)
    name: ClassVar[str] = "documents.ask_model"
    version: ClassVar[int] = 1
    takes: ClassVar[type[PageRead]] = PageRead
    whole: ClassVar[bool] = False

    @property
    def reader(self) -> str:
        """As it stands in `Block.reader`."""
        return f"vision:{self.model}"

    def process(self, values: Sequence[PageRead], blobs: Blobs) -> Iterable[Made]:
        """The same `PageRead` with the model's answers.

        Raises:
            VanguardError: the model cannot be asked.
        """
        (page,) = values
        places = [place for place, block in enumerate(page.blocks) if any(block.all_lines)]
        if page.by_layer or page.source is None or not places:
            yield Made(page)
            return
        source = page.source
        path = blobs.path(source.sha256)
        drawn = picture_of(
            path, source.kind, source.number, self.dots_per_inch, self.limits, self.password
        )
        raster = prepare(as_read(drawn, page.original), self.writing_px).raster
        key = key_behind(self.key) if self.key else ""
        model = _served(self.model, self.url, self.home, key, self.answer_s)
        yield Made(msgspec.structs.replace(page, answers=self.read(page, places, raster, model)))

    def read(
        self, page: PageRead, places: Sequence[int], raster: Raster, model: Model
    ) -> tuple[Answer, ...]:
        """The model's answers about the blocks at these places, in their order.

        Raises:
            VanguardError: as `process`.
        """
        if self.by == "page":
            picture = as_uri(raster.grey, self.most_pixels)
            said = model.ask(Question(prompts.PAGE, picture, _PAGE_TOKENS))
            found = whole_page(said, page, places, self.reader)
            if found is not None:
                return found
        asked = places[:_MOST_REGIONS]
        pool = ThreadPoolExecutor(self.at_once)
        try:
            return tuple(
                pool.map(lambda at: self._region(page.blocks[at], at, raster, model), asked)
            )
        finally:
            pool.shutdown(cancel_futures=True)

    def _region(self, block: Block, place: int, raster: Raster, model: Model) -> Answer:
        part = cut_out(raster, _boxes(block), _MARGIN)
        if part is None:
            says = "it has no place on the page that could be shown"
            return Answer(place, self.reader, problem=Reason("no_place", says))
        prompt = prompts.TABLE if block.table is not None else prompts.REGION
        tokens = _TOKENS_PER_LETTER * most_letters(block)
        tokens = min(max(_LEAST_TOKENS, tokens), self.most_tokens)
        try:
            said = model.ask(Question(prompt, as_uri(part, self.most_pixels), tokens))
        except _BLOCKED as error:
            return Answer(place, self.reader, problem=Reason("blocked", error.message))
        return answer_of(said, block, place, self.reader)


def _boxes(block: Block) -> list[Box]:
    """Small boxes, which a slanted page hardly makes larger: words, or cells of a table."""
    if block.table is not None:
        cells = [cell.box for cell in block.table.cells if cell.box is not None]
        if cells:
            return cells
    words = [word.box for line in block.all_lines for word in line.words if word.box is not None]
    return words or ([block.box] if block.box is not None else [])


@lru_cache(maxsize=1)
def _served(model: str, url: str, home: str, key: str, answer_s: float) -> Model:
    """Kept for the next page, with its connections."""
    client = Client(url or None, key or None, home=home or None, timeout_s=answer_s)
    return ServedModel(client, model)
