"""Documents: Arabic pages to faithful text, its measure, its synthetic pages and its training data.

It does not know the gateway: whatever model it asks, it asks over the client.
"""
