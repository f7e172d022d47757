"""A short run of the fuzzer itself over each target; `make fuzz` runs longer.

The seed is fixed, so that the same build gets the same answer; `make fuzz` takes another one each time.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
SECONDS = os.environ.get("FUZZ_SECONDS", "20")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        sys.platform != "linux" or platform.machine() != "x86_64",
        reason="atheris is built for Linux on x86_64 alone",
    ),
]


@pytest.mark.parametrize("target", ["server", "client", "sse", "event_stream", "read_pages"])
def test_nothing_is_found(target):
    command = [sys.executable, "-m", "fuzz.run", target, "--seconds", SECONDS, "--seed", "7"]
    run = subprocess.run(command, cwd=TESTS, check=False, capture_output=True, text=True)
    said = run.stdout + run.stderr
    assert run.returncode == 0, said[-6_000:]
    units = said.partition("stat::number_of_executed_units:")[2].split()
    assert units, said[-2_000:]
    assert int(units[0]) > 100, "it was not fuzzed at all"
