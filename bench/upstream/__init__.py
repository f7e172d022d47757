"""The upstream that every candidate proxies to. It does not know who asks."""
