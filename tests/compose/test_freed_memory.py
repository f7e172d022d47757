"""Buffers of a long body are taken anew without the kernel's help."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_PROGRAM = """
import resource, sys
from vanguard.compose.freed_memory import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def request():
    bodies = [bytes([number]) * 156_000 for number in range(4)]
for _ in range(20):
    request()
before = faults()
for _ in range(100):
    request()
print((faults() - before) // 100)
"""


def _faults_a_request(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, how], check=True, capture_output=True, timeout=60
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has these settings")
def test_a_long_bodys_memory_is_not_taken_page_by_page_each_time() -> None:
    assert _faults_a_request("kept") < 5
    assert _faults_a_request("given back") > 50
