"""The two XML forms of archives and of transcription tools.

They do not know who read the pages.
"""
