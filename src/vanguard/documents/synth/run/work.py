"""One page from its number to its files, in whichever process it is asked for.

It does not know other pages.
"""

from __future__ import annotations

import dataclasses
import multiprocessing.process
import os
import pickle
import signal
import threading
from pathlib import Path

import cv2
import msgspec

from vanguard.documents.formats.markdown import to_markdown
from vanguard.documents.page import Document
from vanguard.documents.synth.draw.raster import encode
from vanguard.documents.synth.make import MadePage, Settings, make_page
from vanguard.documents.synth.run.options import Font, Options, Record, Source
from vanguard.documents.synth.run.store import Store


@dataclasses.dataclass(frozen=True)
class Job:
    """What a process needs to make the pages of a run."""

    options: Options
    settings: Settings
    out: Path


_JOB: list[Job] = []


def hand_over(job: Job, path: Path) -> None:
    """Writes a job to a file for `begin`.

    Handed over as an argument, its texts and fingerprints would fill the pipe to a process that
    starts, and a process that is killed just then would leave the others waiting for ever.
    """
    path.write_bytes(pickle.dumps(job))


def begin(path: Path) -> None:
    """Makes this process ready; each of several takes one core, and none outlives the run."""
    cv2.setNumThreads(1)
    _JOB[:] = [pickle.loads(path.read_bytes())]  # noqa: S301 - written by the process that started this one
    parent = multiprocessing.parent_process()
    if parent is not None:
        # Ctrl-C is for the run, which lets each process end its page
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    # a process whose run was killed would wait for its next page for ever
    parent.join()
    os._exit(1)


def page(number: int) -> Record:
    """Makes and writes a page, its record last."""
    return write(_JOB[0], number)


def write(job: Job, number: int) -> Record:
    """Makes and writes a page of a job."""
    options = job.options
    made = make_page(options.kind_of(number), options.seed_of(number), job.settings)
    key = f"page-{number:08d}"
    store = Store(job.out)
    image = f"{key}.{'jpg' if options.image == 'jpeg' else 'png'}"
    named = _named(made, image)
    files = {
        "image": (image, encode(made.image, made.dpi, options.image)),
        "pdf": (f"{key}.pdf", made.pdf),
        "document": (f"{key}.json", msgspec.json.encode(named)),
        "markdown": (f"{key}.md", to_markdown(named).encode()),
    }
    if made.clean is not made.document:
        files["pdf_document"] = (f"{key}.pdf.json", msgspec.json.encode(made.clean))
    written = {
        what: _written(store, store.folder(what, number) / name, data)
        for what, (name, data) in files.items()
    }
    record = _record(job, number, made, written)
    store.record(record)
    return record


def _named(made: MadePage, image: str) -> Document:
    return msgspec.structs.replace(made.document, source=image)


def _written(store: Store, path: Path, data: bytes) -> tuple[str, str]:
    """Its name in the run's folder, and its SHA-256."""
    return path.relative_to(store.out).as_posix(), store.write(path, data)


def _record(job: Job, number: int, made: MadePage, files: dict[str, tuple[str, str]]) -> Record:
    height, width = made.image.shape[:2]
    font = made.font
    return Record(
        page=number,
        key=f"page-{number:08d}",
        kind=made.kind,
        seed=made.seed,
        dpi=made.dpi,
        width_px=width,
        height_px=height,
        font=Font(font.name, Path(font.path).name, font.licence),
        sources=tuple(Source(text, licence, section) for text, section, licence in made.sources),
        transforms=made.steps,
        split=job.options.split,
        files=files,
        refused=made.refused,
    )
