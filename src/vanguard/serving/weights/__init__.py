"""Model weights: named by digest, fetched from several sources, checked before use, kept for all."""
