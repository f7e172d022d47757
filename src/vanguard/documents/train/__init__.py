"""Training a vision-language model to read pages: data in, a promoted model folder out.

It does not know how pages are made or served; libraries of tensors are loaded in `model` alone.
"""
