from vanguard.cli.diagnosis.finding import Finding, fail, ok, warn


def test_levels() -> None:
    assert ok("a", "b") == Finding("a", "ok", "b", "")
    assert warn("a", "b", "c") == Finding("a", "warn", "b", "c")
    assert fail("a", "b", "c") == Finding("a", "fail", "b", "c")
