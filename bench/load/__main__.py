"""Carries out the plan given as JSON. It does not know what it loads."""

import sys

import uvloop

from bench.load.drive import main

if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
