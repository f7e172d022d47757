"""The table of aims that the README shows of documents."""

from bench.documents import Row, aims


def rows(**of_plain):
    layer = Row(cpu_s=[0.2], cer=0.021)
    return {("plain", "Tesseract"): Row(cpu_s=[9.0], cer=0.5, failed=3),
            ("plain", "picture"): Row(cpu_s=[1.0, 3.0], **of_plain),
            ("plain", "text layer"): layer}  # fmt: skip


def test_what_was_measured_stands_beside_what_was_aimed_at():
    assert aims(rows(cer=0.0204)).splitlines() == [
        "| aim on held-out pages | at most | measured | |",
        "|---|---:|---:|---|",
        "| plain, by picture: CER | 0.020 | 0.020 | reached |",
        "| CPU s a page by picture, the slowest kind | 3.0 | 2.0 | reached |",
        "| text layers, the worst kind: CER | 0.020 | 0.021 | **not reached** |",
        "| CPU s a page by text layer, the slowest kind | 0.30 | 0.20 | reached |",
        "| failed pages | 0 | 0 | reached |",
    ]


def test_a_failed_page_and_a_wrong_number_are_no_success():
    found = rows(cer=0.03, failed=1)
    found["ruled_table", "picture"] = Row(cpu_s=[1.0], cer=0.1, numbers=0.94)
    lines = aims(found).splitlines()
    assert "| plain, by picture: CER | 0.020 | 0.030 | **not reached** |" in lines
    assert "| ruled table, by picture: CER | 0.100 | 0.100 | reached |" in lines
    assert "| failed pages | 0 | 1 | **not reached** |" in lines
    assert "| numbers in ruled tables that are wrong | 0.05 | 0.06 | **not reached** |" in lines
