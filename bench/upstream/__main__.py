"""Serves until the process is told to stop: `python -m bench.upstream PORT`. It knows no client."""

import sys

import uvloop

from bench.upstream.server import serve

if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
