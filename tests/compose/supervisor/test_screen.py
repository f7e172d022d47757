import contextlib
import io
import os

from vanguard.compose.supervisor.screen import Screen


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_paper_progress_is_a_line_for_every_change() -> None:
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(out, err)
    for done in range(101):
        screen.progress(f"fetching m {done}/100 MB", done / 100)
    screen.progress("loading m")
    screen.progress("loading m")
    screen.say("gateway died", "error")
    screen.banner("ready\n")
    lines = err.getvalue().splitlines()
    assert lines[0] == "fetching m 0/100 MB"
    assert len([line for line in lines if line.startswith("fetching")]) == 11
    assert lines[-2:] == ["loading m", "gateway died"]
    assert out.getvalue() == "ready\n"
    assert not screen.interactive


def test_long_lines_and_marks_stay_as_they_are() -> None:
    err = io.StringIO()
    text = "[bold]" + "x" * 500 + " /a/path:12"
    Screen(io.StringIO(), err).say(text)
    assert err.getvalue() == text + "\n"


def test_on_a_terminal_progress_is_one_line_that_goes_away() -> None:
    out, err = Terminal(), Terminal()
    screen = Screen(out, err)
    screen.progress("fetching m", 0.25)
    screen.progress("fetching m", 0.5)
    screen.banner("ready\n")
    assert screen.interactive
    assert "fetching m 25%" in err.getvalue() or "fetching m 50%" in err.getvalue()
    assert out.getvalue() == "ready\n"


def test_a_terminal_that_was_closed_is_noticed_and_no_error() -> None:
    leader, follower = os.openpty()
    with os.fdopen(follower, "w") as err:
        screen = Screen(io.StringIO(), err)
        screen.progress("starting")
        assert not screen.terminal_closed
        os.close(leader)
        assert screen.terminal_closed
        screen.say("nobody reads this")
        screen.progress("nor this")
        screen.progress_done()
        with contextlib.suppress(OSError):
            err.close()


def test_without_a_terminal_none_is_closed() -> None:
    assert not Screen(io.StringIO(), io.StringIO()).terminal_closed
