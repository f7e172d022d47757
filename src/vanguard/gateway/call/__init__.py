"""Calling upstreams: the attempts of a request, each attempt's answer, and the client's side."""
