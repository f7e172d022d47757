"""Debian packages with Arabic faces: what users are told to install, and what the tests need.

It does not know what is in them.
"""

from __future__ import annotations

PACKAGES = (
    "fonts-hosny-amiri",
    "fonts-hosny-thabit",
    "fonts-kacst",
    "fonts-kacst-one",
    "fonts-arabeyes",
    "fonts-noto-core",
    "fonts-paktype",
    "fonts-sil-harmattan",
    "fonts-sil-lateef",
    "fonts-sil-scheherazade",
)
