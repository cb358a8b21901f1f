"""Icons as pictures, kept: reading and drawing one takes a millisecond."""

from functools import lru_cache

from app.ui import assets

pixmap = lru_cache(64)(assets.pixmap)  # by name, colour, size and scale
