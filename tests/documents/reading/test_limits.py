from vanguard.documents.reading.limits import ReadingLimits


def test_extractors_are_held_to_the_same_bounds():
    layers = ReadingLimits(pages=3, file_bytes=4, page_s=5.0).layers
    assert (layers.pages, layers.file_bytes, layers.page_s) == (3, 4, 5.0)
