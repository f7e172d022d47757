"""Everything that is measured, one file each: how it is installed, configured and started.

It does not know what is measured.
"""
