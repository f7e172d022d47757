"""Serves until the process is told to stop. It does not know who asks.

python -m bench.upstream PORT [TLS_PORT FOLDER_OF_CERTIFICATES]
"""

import sys
from pathlib import Path

import uvloop

from bench.upstream.server import serve

if __name__ == "__main__":
    port, *tls = sys.argv[1:]
    uvloop.run(serve(int(port), int(tls[0]) if tls else 0, Path(tls[1]) if tls else None))
