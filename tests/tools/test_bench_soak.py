"""A leak is found, and only a leak; then a short soak of the real gateway."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys

import msgspec
import pytest
from bench.endurance.samples import Sample, gauge
from bench.endurance.slope import fit
from bench.endurance.traffic import KINDS, Second
from bench.endurance.verdict import Bounds, Course, bounds_for, leaks, report, slopes

SECONDS, RATE = 120, 60
BOUNDS = bounds_for(SECONDS)
REST = Sample(0, 30.0, 20.0, 15, 0, 1, 0)


def course(leak_bytes_per_answer: float = 0, noise_mib: float = 0.3, **after: object) -> Course:
    """A soak whose memory rises by so much for each answer, with noise on every sample."""
    dice = random.Random(4)
    per_second = leak_bytes_per_answer * RATE / 1024**2
    samples = [
        Sample(at, 32 + per_second * at + dice.gauss(0, noise_mib), 21, 70, 30, 71, 45_000 * at)
        for at in range(SECONDS)
    ]
    traffic = [
        Second(at, {"json": 30, "stream": 30}, json_us=(900.0, 2_000.0)) for at in range(SECONDS)
    ]
    rest = msgspec.structs.replace(REST, **after)
    return Course(SECONDS, REST, samples, traffic, rest)


def test_the_line_and_its_error_are_those_of_the_textbook():
    # y = 2x + noise (+1, -1, -1, +1): the noise is orthogonal to x, its sum of squares is 4
    slope = fit([0, 1, 2, 3], [1, 1, 3, 7])
    assert slope.per_hour == pytest.approx(2 * 3_600)
    assert slope.error == pytest.approx(math.sqrt(4 / 2 / 5) * 3_600)
    assert slope.mean == 3


def test_two_samples_leave_no_certainty():
    assert not fit([0, 1], [0, 1_000]).exceeds(0)


@pytest.mark.parametrize(("times", "values"), [([1, 1], [2, 3]), ([1], [2]), ([1, 2], [1])])
def test_a_line_through_one_moment_is_refused(times, values):
    with pytest.raises(ValueError, match="two moments"):
        fit(times, values)


def test_a_seeded_leak_is_found():
    found = leaks(course(leak_bytes_per_answer=16_384), BOUNDS)
    assert len(found) == 1
    assert found[0].startswith("memory rises by")


@pytest.mark.parametrize("noise_mib", [0, 0.3, 5])
def test_noise_is_no_leak(noise_mib):
    assert leaks(course(noise_mib=noise_mib), BOUNDS) == []


def test_a_rise_within_its_bound_is_no_leak():
    bounds = Bounds(memory_bytes_per_request=2_048)
    assert leaks(course(leak_bytes_per_answer=1_800, noise_mib=0), bounds) == []
    assert leaks(course(leak_bytes_per_answer=2_300, noise_mib=0), bounds) != []


def test_a_long_soak_is_judged_more_strictly():
    long = bounds_for(1_800)
    assert leaks(course(leak_bytes_per_answer=200, noise_mib=0), BOUNDS) == []
    assert leaks(course(leak_bytes_per_answer=200, noise_mib=0), long) != []


def test_a_descriptor_that_stays_open_is_a_leak():
    (found,) = leaks(course(descriptors=16), BOUNDS)
    assert found == "16 descriptors are open after the load, 15 before"


def test_a_request_that_stays_in_flight_is_a_leak():
    (found,) = leaks(course(in_flight=2), BOUNDS)
    assert found == "2 requests are in flight after the load"


def test_a_wrong_answer_is_said_with_its_reason():
    made = course()
    made.traffic[7] = Second(7, failures={"json": 1}, complaint="json: status 502")
    (found,) = leaks(made, BOUNDS)
    assert found == "1 wrong answers, first: json: status 502"
    assert "LEAK: 1 wrong answers" in report(made, BOUNDS)


def test_what_comes_before_the_warm_up_has_ended_does_not_count():
    made = course(noise_mib=0)
    for at in range(int(made.warm_s)):
        made.samples[at] = msgspec.structs.replace(made.samples[at], rss_mib=at / 2)
    assert slopes(made)["rss_mib"].per_hour == 0


def test_a_soak_that_is_too_short_says_nothing():
    made = msgspec.structs.replace(course(), seconds_s=9.0)
    with pytest.raises(ValueError, match="say nothing"):
        leaks(made, BOUNDS)


def test_gauges_are_read_with_and_without_labels():
    text = 'a{side="client"} 3\na{side="upstream"} 4\nab 9\nb 2.0\n'
    assert gauge(text, "a") == 7
    assert gauge(text, "b") == 2
    with pytest.raises(ValueError, match="no c"):
        gauge(text, "c")


@pytest.mark.e2e
def test_a_short_soak_of_the_real_gateway(repository):
    """Every kind of request, at its rate, and nothing left behind."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.soak", "--seconds", "75"],
        cwd=repository,
        check=False,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    written = repository / done.stdout.split("written to ")[1].strip()
    kept = json.loads(written.read_text())
    written.unlink()
    assert kept["leaks"] == []
    answered: dict[str, int] = {}
    for second in kept["course"]["traffic"]:
        for kind, count in second["answers"].items():
            answered[kind] = answered.get(kind, 0) + count
    assert answered.keys() == {kind.name for kind in KINDS}
    assert kept["course"]["after"]["journal_bytes"] > kept["course"]["before"]["journal_bytes"]
