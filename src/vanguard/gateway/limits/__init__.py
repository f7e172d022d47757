"""Limits and budgets: reserved before a call over the whole tenancy chain, settled after it."""

from vanguard.gateway.limits.limiter import Chain, Counters, Limiter, Reservation, Standing

__all__ = ["Chain", "Counters", "Limiter", "Reservation", "Standing"]
