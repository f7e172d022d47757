import struct

import pytest

from vanguard.documents.recognise.adapt import charset, container

_LIST = "3\nNULL 0 Common 0\nا 1 0,255,0 Arabic 1 13 1 ا\t# ا [627 ]x\na 3 0,255 Latin 2 0 2 a\n".encode()


def codes(count):
    return struct.pack("<I", count) + b"".join(struct.pack("<bii", 1, 1, at) for at in range(count))


def test_letters_stand_at_their_numbers():
    assert charset.letters(_LIST) == [" ", "ا", "a"]


def test_more_letters_come_at_the_end_once_each():
    letters, recoder = charset.extended(_LIST, codes(3), "اA٢،ٰـ")
    assert charset.letters(letters) == [" ", "ا", "a", "A", "٢", "،", "ٰ", "ـ"]
    assert recoder == codes(8)
    head, *lines = letters.decode().splitlines()
    assert head == "8"
    assert lines[:3] == _LIST.decode().splitlines()[1:]
    told = [line.split(" ") for line in lines[3:]]
    assert [(one[1], one[3], one[5]) for one in told] == [
        ("5", "Latin", "10"),
        ("8", "Arabic", "5"),
        ("10", "Common", "6"),
        ("0", "Inherited", "17"),
        ("1", "Arabic", "13"),
    ]
    assert told[0][4] == "2"  # the other case


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(ValueError, match="a list of 3 letters has 2"):
        charset.extended(_LIST.rsplit(b"\n", 2)[0], codes(3))
    with pytest.raises(ValueError, match="one class each"):
        charset.extended(_LIST, codes(2))


def test_the_packaged_data_know_all_letters(packaged_arabic):
    parts = container.unpacked(packaged_arabic)
    known = charset.letters(parts[container.UNICHARSET])
    assert set(charset.MORE) | set("ابتث٠١0123") <= set(known)
    pair = parts[container.UNICHARSET], parts[container.RECODER]
    assert charset.extended(*pair) == pair
