"""One file per step of the pipeline; their order stands in vanguard.gateway.pipeline alone."""
