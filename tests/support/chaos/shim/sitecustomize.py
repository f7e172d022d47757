"""Bends the platform's own processes, as the suite asks: clocks, restarts, deliberate defects.

Python imports this file at its start when the suite has put its folder on PYTHONPATH; nothing in
`src` knows of it. A sabotage whose target has moved ends the process, so that it cannot pass as
harmless.
"""

import os
import sys

ROLES = ("gateway", "control", "engine")


def role() -> str:
    """Which of the platform's processes this is; empty for another program."""
    for name in ROLES:
        if f"vanguard.compose.{name}_process" in sys.orig_argv:
            return name
    return "supervisor" if any(one.endswith("/vanguard") for one in sys.orig_argv) else ""


def main() -> None:
    """Applies what the variables ask for."""
    mine = role()
    if not mine or "CHAOS_CLOCK" not in os.environ:
        return
    import chaos_bend  # beside this file

    chaos_bend.bend(mine)


main()
