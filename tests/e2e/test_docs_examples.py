"""The examples in README and docs, executed against the running platform as a reader would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.examples import examples

pytestmark = pytest.mark.e2e

RUN = [one for one in examples("bash", "sh", "python") if one.mark == "run"]


@pytest.mark.parametrize("example", RUN, ids=str)
def test_example(example, platform, tmp_path):
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "VANGUARD_URL": platform.base_url,
        "VANGUARD_API_KEY": platform.key,
        "VANGUARD_ADMIN_KEY": platform.admin_key,
        "VANGUARD_HOME": str(platform.home),
    }
    programs = {"python": [sys.executable, "-"], "bash": ["bash", "-euo", "pipefail", "-s"]}
    done = subprocess.run(
        programs.get(example.language, programs["bash"]),
        input=example.body,
        cwd=tmp_path,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert re.search(example.text, done.stdout, re.MULTILINE), said
