"""Vanguard: one gateway in front of every model, its ledger and an embedded model."""
