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


GREY = Image.fromarray(ARROW)
SEEN_THROUGH = Image.merge("LA", (Image.new("L", GREY.size, 0), Image.fromarray(255 - ARROW)))
DARK = Image.fromarray((ARROW > 0).astype(np.uint8)).convert("P")
DARK.putpalette([0, 0, 0, 10, 10, 10])
WAYS = Image.Transpose
# by what a camera notes: how the picture lies that it is noted of
ORIENTATIONS = {
    2: WAYS.FLIP_LEFT_RIGHT,
    3: WAYS.ROTATE_180,
    4: WAYS.FLIP_TOP_BOTTOM,
    5: WAYS.TRANSPOSE,
    6: WAYS.ROTATE_90,
    7: WAYS.TRANSVERSE,
    8: WAYS.ROTATE_270,
}


def is_arrow(grey):
    return (
        grey.shape == (40, 20)
        and grey[3, 2] < 80
        and all(grey[at] > 200 for at in ((3, 17), (36, 2), (36, 17)))
    )


def both(path, number=1):
    """What is read, and what is shown."""
    with Image.open(io.BytesIO(frame_as_png(path, number, LIMITS))) as image:
        return read_frame(path, number, LIMITS).grey, np.asarray(image.convert("L"))


@pytest.mark.parametrize(
    ("image", "name", "options"),
    [
        (GREY.convert("1"), "g4.tiff", {"compression": "group4"}),
        (GREY.convert("1"), "g3.tiff", {"compression": "group3"}),
        (GREY.convert("RGB"), "jpeg.tiff", {"compression": "jpeg"}),
        (Image.fromarray(ARROW.astype(np.uint16) * 257), "deep.tiff", {}),
        (Image.fromarray(ARROW.astype(np.uint16) * 257), "deep.png", {}),
        (Image.fromarray((ARROW / 255).astype(np.float32)), "floats.tiff", {}),
        (GREY.convert("CMYK"), "cmyk.jpg", {"quality": 95}),
        (GREY.convert("CMYK"), "cmyk.tiff", {}),
        (DARK, "one.png", {"transparency": 1}),
        (DARK, "many.png", {"transparency": bytes([255, 0])}),
        (SEEN_THROUGH, "grey.png", {}),
        (SEEN_THROUGH.convert("RGBA"), "a.webp", {"lossless": True}),
    ],
)
def test_each_kind_of_pixels_is_read_and_shown(save, image, name, options):
    assert all(map(is_arrow, both(save(image, name, **options))))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tiff"])
def test_each_way_to_hold_a_camera(save, name, orientation):
    lies = GREY.transpose(ORIENTATIONS[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"a.jpg": {"exif": exif, "quality": 95}, "a.png": {"exif": exif}}
    path = save(lies, name, **options.get(name, {"tiffinfo": {0x0112: orientation}}))
    assert all(map(is_arrow, both(path)))


def test_each_frame_of_a_fax_is_read(save):
    pages = [GREY.convert("1"), Image.new("1", GREY.size, 1), GREY.convert("1")]
    path = save(pages[0], "f.tiff", compression="group4", save_all=True, append_images=pages[1:])
    assert [is_arrow(both(path, number)[0]) for number in (1, 2, 3)] == [True, False, True]
