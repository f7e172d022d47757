import io
import zlib

import numpy as np
import pytest
from PIL import Image

from vanguard.core.errors import DocumentTooLarge, DocumentUnreadable
from vanguard.documents.reading.images import count_frames, frame_as_png, read_frame
from vanguard.documents.reading.limits import ReadingLimits

LIMITS = ReadingLimits()
ARROW = np.full((40, 20), 250, np.uint8)
ARROW[:10, :5] = 0  # dark in one corner, to tell which side is up


@pytest.fixture
def save(tmp_path):
    def save(image, name="page.png", **options):
        path = tmp_path / name
        image.save(path, **options)
        return path

    return save


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tiff", "a.webp"])
def test_each_format_is_read_grey_and_upright(save, name):
    page = read_frame(save(Image.fromarray(ARROW).convert("RGB"), name), 1, LIMITS)
    assert page.grey.shape == (40, 20)
    assert page.grey[3, 2] < 80
    assert page.grey[30, 15] > 200


def test_the_camera_says_which_side_is_up(save):
    exif = Image.Exif()
    exif[0x0112] = 3
    turned = Image.fromarray(ARROW[::-1, ::-1])
    page = read_frame(save(turned, "a.jpg", exif=exif, quality=95), 1, LIMITS)
    assert page.grey[3, 2] < 80


def test_frames_of_a_tiff_are_pages(save):
    frames = [Image.fromarray(np.full((10, 10), level, np.uint8)) for level in (200, 100, 0)]
    path = save(frames[0], "a.tiff", save_all=True, append_images=frames[1:])
    assert count_frames(path, LIMITS) == 3
    assert [int(read_frame(path, number, LIMITS).grey[0, 0]) for number in (1, 2, 3)] == [
        200,
        100,
        0,
    ]
    with pytest.raises(DocumentTooLarge, match="3 pages; 2 are allowed"):
        count_frames(path, ReadingLimits(pages=2))
    with pytest.raises(DocumentUnreadable, match="broken"):
        read_frame(path, 4, LIMITS)


def test_what_is_seen_through_is_paper(save):
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    assert (read_frame(save(clear), 1, LIMITS).grey == 255).all()
    palette = Image.new("P", (10, 10), 0)
    palette.putpalette([0, 0, 0])
    assert (read_frame(save(palette, transparency=0), 1, LIMITS).grey == 255).all()


def test_deep_images_keep_their_greys(save):
    deep = Image.fromarray((ARROW.astype(np.uint16) * 200).astype(np.uint16))
    page = read_frame(save(deep), 1, LIMITS)
    assert page.grey[3, 2] == 0
    assert page.grey[30, 15] == 255


@pytest.mark.parametrize(
    ("said", "found"), [((300, 300), 300), ((72, 72), 40 / 11.69), (None, 40 / 11.69)]
)
def test_the_resolution_is_the_files_or_that_of_a_usual_page(save, said, found):
    options = {"dpi": said} if said else {}
    page = read_frame(save(Image.fromarray(ARROW), **options), 1, LIMITS)
    assert page.dots_per_inch == pytest.approx(found, rel=0.01)


def test_pixels_are_counted_before_they_are_unpacked(save):
    path = save(Image.new("1", (12_000, 12_000)))
    with pytest.raises(DocumentTooLarge, match="144,000,000 pixels; 120,000,000 are allowed"):
        count_frames(path, LIMITS)
    with pytest.raises(DocumentTooLarge):
        read_frame(path, 1, LIMITS)
    data = path.read_bytes()
    at = data.index(b"IHDR")
    head = b"IHDR" + b"\x00\x01\x00\x00" * 2 + data[at + 12 : at + 17]
    path.write_bytes(data[:at] + head + zlib.crc32(head).to_bytes(4, "big") + data[at + 21 :])
    with pytest.raises(DocumentTooLarge, match="far more pixels"):
        count_frames(path, ReadingLimits(pixels=1 << 40))


@pytest.mark.parametrize("data", [b"", b"hello", b"GIF89a" + bytes(40), b"%PDF-1.4"])
def test_other_files_are_told_what_is_read(tmp_path, data):
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(DocumentUnreadable, match="no PNG, JPEG, TIFF, WEBP image"):
        count_frames(tmp_path / "a.png", LIMITS)


def test_a_file_that_was_cut_off_is_broken(save):
    noise = np.random.default_rng(1).integers(0, 255, (200, 200), np.uint8)
    path = save(Image.fromarray(noise))
    path.write_bytes(path.read_bytes()[:5_000])
    with pytest.raises(DocumentUnreadable, match="broken"):
        read_frame(path, 1, LIMITS)


def test_a_frame_as_a_file_of_its_own(save):
    path = save(Image.fromarray(ARROW).convert("CMYK"), "a.tiff")
    with Image.open(io.BytesIO(frame_as_png(path, 1, LIMITS))) as image:
        assert image.size == (20, 40)
        assert image.format == "PNG"
