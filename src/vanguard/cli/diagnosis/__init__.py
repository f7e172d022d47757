"""What `vanguard doctor` looks at: the machine, the set-up, and the platform that runs."""
