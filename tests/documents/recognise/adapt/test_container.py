import pytest

from vanguard.documents.recognise.adapt import container


def test_the_packaged_data_are_taken_apart_and_put_together(packaged_arabic):
    parts = container.unpacked(packaged_arabic)
    assert {container.LSTM, container.WORDS, container.UNICHARSET, container.RECODER} <= set(parts)
    assert container.packed(parts) == packaged_arabic


def test_parts_may_be_missing():
    parts = {0: b"some", 30: b"more"}
    assert container.unpacked(container.packed(parts)) == parts


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\0",
        b"\xff\xff\xff\xff" + bytes(600),
        b"\2\0\0\0" + bytes(4),
        b"\1\0\0\0" + (999).to_bytes(8, "little"),
    ],
)
def test_what_is_no_such_file_is_refused(data):
    with pytest.raises(ValueError, match="no traineddata"):
        container.unpacked(data)
