"""The verbs under `vanguard documents`, one file each."""
