"""The steps of a request, one file each; their order stands in `vanguard.gateway.pipeline`."""
