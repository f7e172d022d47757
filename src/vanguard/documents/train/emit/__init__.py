"""The same settings written for other trainers and for clusters.

It does not run them; the names of their fields are those of the versions that each file says.
"""
