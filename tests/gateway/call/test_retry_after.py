import pytest

from vanguard.gateway.call.retry_after import retry_after_s


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        (b"7", 7.0),
        (b" 1.5 ", 1.5),
        (b"-3", 0.0),
        (b"1e9", 3600.0),
        (b"nan", 0.0),
        (b"Sun, 06 Nov 1994 08:49:47 GMT", 10.0),
        (b"Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        (b"Sun, 06 Nov 2094 08:00:00 GMT", 3600.0),
        (b"Sun, 99 Nov 1994 08:49:47 GMT", None),
        (b"soon", None),
        (b"", None),
    ],
)
def test_both_forms_of_retry_after(value, wait_s):
    now_s = 784_111_777.0  # 06 Nov 1994 08:49:37 GMT, the example of RFC 9110
    assert retry_after_s([(b"retry-after", value)], now_s) == wait_s
    assert retry_after_s([(b"date", value)], now_s) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([(b"retry-after-ms", b"1500")], 1.5),
        ([(b"retry-after", b"2"), (b"retry-after-ms", b"1500")], 1.5),
        ([(b"retry-after-ms", b"1500"), (b"retry-after", b"2")], 1.5),
        ([(b"retry-after-ms", b"soon"), (b"retry-after", b"2")], 2.0),
        ([(b"retry-after-ms", b"soon")], None),
        ([(b"retry-after-ms", b"-5")], 0.0),
        ([(b"retry-after-ms", b"86400000")], 3600.0),
    ],
)
def test_milliseconds_go_before_seconds(headers, expected):
    assert retry_after_s(headers, 0.0) == expected
