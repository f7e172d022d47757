"""Says that it fetches, then that it is ready."""

import signal
from pathlib import Path

import msgspec

from support.fake_platform.behaviour import begin, boot_path
from vanguard.serving.boot import EngineBoot

begin("engine")
boot = msgspec.json.decode(boot_path().read_bytes(), type=EngineBoot)
status = Path(boot.status_path)
status.write_text('{"state": "fetching", "message": "fetching m 1/2 MB", "progress": 0.5}')
status.with_name("new").write_text('{"state": "ready"}')
status.with_name("new").replace(status)
while True:
    signal.pause()
