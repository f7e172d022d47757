"""Image files as objects of a PDF."""

import io

import pytest
from PIL import Image

from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.pdf import image as subject
from vanguard.documents.formats.pdf.file import PdfFile
from vanguard.documents.formats.pdf.image import write_image


def data(mode, kind, size=(6, 4), **more):
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **more)
    return out.getvalue()


def written(image):
    out = io.BytesIO()
    write_image(PdfFile(out), image, 7)
    return out.getvalue()


def test_a_jpeg_goes_in_as_it_is():
    jpeg = data("RGB", "JPEG")
    assert jpeg in written(jpeg)
    assert b"/DCTDecode" in written(jpeg)


@pytest.mark.parametrize(
    ("mode", "kind", "wanted"),
    [
        ("1", "PNG", b"/DeviceGray /BitsPerComponent 1 "),
        ("L", "TIFF", b"/DeviceGray /BitsPerComponent 8"),
        ("P", "PNG", b"/DeviceRGB /BitsPerComponent 8"),
        ("RGBA", "PNG", b"/DeviceRGB /BitsPerComponent 8"),
        ("LA", "PNG", b"/DeviceRGB /BitsPerComponent 8"),
        ("CMYK", "JPEG", b"/DeviceRGB /BitsPerComponent 8"),
        ("RGB", "WEBP", b"/DeviceRGB /BitsPerComponent 8"),
    ],
)
def test_other_images_become_pixels(mode, kind, wanted):
    found = written(data(mode, kind))
    assert wanted in found
    assert b"/FlateDecode" in found


def test_an_image_that_lies_on_its_side_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    found = written(data("RGB", "JPEG", exif=exif.tobytes()))
    assert b"/Width 4 /Height 6" in found


@pytest.mark.parametrize(
    ("image", "said"),
    [(b"no image", "page 7 is no image"), (data("RGB", "JPEG", (90, 90))[:-300], "cannot be read")],
)
def test_what_is_no_image_is_refused(image, said):
    with pytest.raises(InvalidRequest, match=said):
        written(image)


def test_too_many_pixels_are_refused(monkeypatch):
    monkeypatch.setattr(subject, "MAX_PIXELS", 20)
    with pytest.raises(InvalidRequest, match="6 × 4 pixels, more than 20"):
        written(data("L", "PNG"))
