"""Arabic text from machines: what is wrong with it, how sure one can be, and how it is put right.

It is a library of its own: pure functions of text, which know neither files nor pages.
"""
