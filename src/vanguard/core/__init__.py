"""Values without I/O: errors, ids, money, usage, clock, journal records, settings."""
