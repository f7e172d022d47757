"""`vanguard` with three small stand-ins for its processes: same contracts, no models, no database.

Run as a script with the arguments of `vanguard`; used where the supervisor itself is tested with
real processes and real signals.
"""

import sys

from vanguard.cli.main import main
from vanguard.compose.supervisor import boots

for name in boots.MODULES:
    boots.MODULES[name] = f"support.fake_platform.{name}"

if __name__ == "__main__":
    sys.exit(main())
