"""The objects of the font."""

import io

from pypdf import PdfReader

from vanguard.documents.formats.pdf.file import PdfFile
from vanguard.documents.formats.pdf.font import Codes, blank_font
from vanguard.documents.formats.pdf.typeface import write_typeface


def test_a_reader_follows_the_font_to_its_program():
    out = io.BytesIO()
    file = PdfFile(out)
    number = file.reserve()
    codes = Codes()
    codes("\u0650")
    write_typeface(file, codes, number)
    root = file.add(b"<< /Type /Catalog >>")
    file.finish(root, file.add(b"<< >>"))
    font = PdfReader(io.BytesIO(out.getvalue())).get_object(number)
    descendant = font["/DescendantFonts"][0].get_object()
    assert descendant["/W"] == [2, [1]]
    assert descendant["/FontDescriptor"]["/FontFile2"].get_data() == blank_font()
    assert len(descendant["/CIDToGIDMap"].get_data()) == 2 * 65536
    assert b"<0650>" in font["/ToUnicode"].get_data()
