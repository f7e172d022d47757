"""The text layers of PDFs: several extractors behind one contract, and the choice among what they say.

It does not know pictures of pages; where no layer can be trusted it says so, and others read the picture.
"""
