"""Synthetic pages: Arabic text set and drawn with exact truth, degraded on purpose, and written as data sets.

It does not know who reads the pages, nor any network.
"""
