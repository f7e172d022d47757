"""Font files of this machine: which can set Arabic, and how their glyphs lie."""
