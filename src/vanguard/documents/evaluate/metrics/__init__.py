"""The measures themselves, each a function of texts or trees."""
