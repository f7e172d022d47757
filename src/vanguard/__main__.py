"""`python -m vanguard` is `vanguard`."""

import sys

from vanguard.cli.main import main

sys.exit(main())
