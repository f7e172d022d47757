"""What packaged lists know of upstreams' models."""
