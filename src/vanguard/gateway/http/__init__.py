"""HTTP/1.1 on both sides, as sans-IO parsers under uvloop protocols."""
