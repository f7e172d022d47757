"""The gateway's workers: what they share is lent here, and they are replaced without a gap."""
