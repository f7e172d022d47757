"""The test suites inside the SDKs' source distributions, and the mock that satisfies them.

The suites ask with fixed keys and fixed models and check the shape of what comes back, strictly.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from support.clients.packages import sdk_suite
from support.clients.tap import Tap
from support.clients.turns import Asked

FILES = {
    "openai": (
        "tests/api_resources/chat/test_completions.py",
        "tests/api_resources/test_embeddings.py",
        "tests/api_resources/test_models.py",
    ),
    "anthropic": ("tests/api_resources/test_messages.py", "tests/api_resources/test_models.py"),
}
LEFT_OUT = Path(__file__).resolve().parents[2] / "e2e" / "clients" / "left_out.json"
_RUN_S = 300


class KeyTap(Tap):
    """The suites' own keys mean the gateway's key."""

    def __init__(self, base_url: str, key: str) -> None:
        super().__init__(base_url)
        self._key = key

    def answer(self, asked: Asked):
        headers = dict(asked.headers)
        for name in ("authorization", "x-api-key"):
            if name in headers:
                headers[name] = self._key if name == "x-api-key" else f"Bearer {self._key}"
        return super().answer(Asked(asked.method, asked.path, headers, asked.body))


def left_out(suite: str) -> str:
    """What pytest's `-k` is given, so that only cases that apply are run."""
    cases = [
        one["cases"] for one in json.loads(LEFT_OUT.read_text("utf-8")) if one["suite"] == suite
    ]
    return " and ".join(f"not ({case})" for case in cases)


def run(suite: str, base_url: str) -> tuple[int, str]:
    """Runs one suite against a base URL; how many cases passed, and what was printed."""
    python, folder = sdk_suite(suite)
    done = subprocess.run(
        [
            *(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"),
            *("-o", "addopts=", "-o", "filterwarnings=default", "-k", left_out(suite)),
            *FILES[suite],
        ],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "TEST_API_BASE_URL": base_url},
        capture_output=True,
        text=True,
        timeout=_RUN_S,
        check=False,
    )
    passed = re.search(r"(\d+) passed", done.stdout)
    failed = re.search(r"\d+ (failed|error)", done.stdout)
    count = int(passed[1]) if passed and not failed and done.returncode == 0 else 0
    return count, done.stdout[-20_000:] + done.stderr[-2_000:]
