"""Measures how faithful read pages are: published scores, our own, and Arabic facts.

It does not know how a page was read.
"""
