"""The runner that documents, studio and knowledge share: items through stages, each step kept.

It does not know what a stage does, nor where results are kept.
"""
