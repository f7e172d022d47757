import io

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfWriter

from support.documents.drawing import drawn
from vanguard.documents.images.skew import turn
from vanguard.documents.page import Original
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.values import SourceFile
from vanguard.documents.service.stages import Examine, PageToShow, ShowPage


def examined(blobs, path, **more):
    (made,) = Examine(**more).process([SourceFile(blobs.link(path).sha256)], blobs)
    return made.value


def shown(blobs, path, kind, number=1, original=None, **more):
    page = PageToShow(blobs.link(path).sha256, kind, number, original)
    (made,) = ShowPage(**more).process([page], blobs)
    return made.value


def test_pages_are_counted(blobs, scan, born_digital):
    assert examined(blobs, born_digital).pages == 2
    assert examined(blobs, scan).pages == 1


def test_what_cannot_be_read_is_an_answer_with_its_type(blobs, tmp_path, born_digital):
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    assert examined(blobs, tmp_path / "broken.pdf").error_type == "document_unreadable"
    writer = PdfWriter(clone_from=born_digital)
    writer.encrypt("secret", algorithm="AES-256-R5")
    writer.write(tmp_path / "locked.pdf")
    locked = examined(blobs, tmp_path / "locked.pdf")
    assert (locked.error_type, locked.pages) == ("document_locked", 0)
    assert locked.error
    few = ReadingLimits(pages=1)
    assert examined(blobs, born_digital, limits=few).error_type == "document_too_large"


def test_a_page_is_shown_as_it_is_looked_at(blobs, born_digital):
    page = shown(blobs, born_digital, "pdf", 2, dots_per_inch=72.0)
    assert (page.number, page.width, page.height) == (2, 595.0, 842.0)
    with Image.open(io.BytesIO(blobs.get(page.image))) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "L", (595, 842))
    assert (page.image_width, page.image_height, page.turned) == (595, 842, 0.0)


def test_a_photograph_that_lies_on_its_side_is_shown_upright(blobs, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.full((60, 100), 200, np.uint8)).save(
        tmp_path / "a.jpg", exif=exif, dpi=(100, 100)
    )
    page = shown(blobs, tmp_path / "a.jpg", "image")
    assert (page.image_width, page.image_height) == (60, 100)
    assert (page.width, page.height) == (43.2, 72.0)


def test_a_page_is_shown_as_it_was_read(blobs, tmp_path):
    grey = np.full((60, 100), 200, np.uint8)
    grey[50:, :20] = 0  # below at the left: above at the left, when it is upright
    Image.fromarray(grey).save(tmp_path / "a.png", dpi=(144, 144))
    original = Original(50, 30, 90, ((0, 30), (0, 0), (50, 0), (50, 30)))
    page = shown(blobs, tmp_path / "a.png", "image", original=original)
    assert (page.image_width, page.image_height) == (60, 100)
    assert (page.width, page.height) == (30, 50)
    with Image.open(io.BytesIO(blobs.get(page.image))) as image:
        assert image.getpixel((3, 3)) == 0


def test_a_huge_picture_is_shown_smaller_at_the_size_of_its_page(blobs, tmp_path):
    Image.fromarray(np.full((100, 6_000), 255, np.uint8)).save(tmp_path / "a.png", dpi=(300, 300))
    page = shown(blobs, tmp_path / "a.png", "image")
    assert page.image_width == 4_000
    assert page.width == pytest.approx(1_440, abs=0.1)


def test_how_far_lines_fall_is_said(blobs, tmp_path):
    grey, _ = turn(drawn(("the quick brown fox jumps over it",) * 12), -3.0)
    Image.fromarray(grey).save(tmp_path / "a.png", dpi=(150, 150))
    assert shown(blobs, tmp_path / "a.png", "image").turned == pytest.approx(3.0, abs=0.2)
