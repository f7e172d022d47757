"""Measures the gateway beside its peers; nothing here is part of the product."""
