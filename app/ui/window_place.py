"""Where the window was, and how wide its list: kept in one setting, and read back with care."""

import base64
import binascii
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WindowPlace:
    """`geometry`: what QWidget.saveGeometry gave, empty where nothing is known. `sidebar_width`: 0 for its own."""

    geometry: bytes = b""
    sidebar_width: int = 0

    def encoded(self) -> str:
        return f"{base64.b64encode(self.geometry).decode()} {self.sidebar_width}"


def decoded_place(text: str) -> WindowPlace:
    """Whatever cannot be read is left out."""
    geometry, _, width = text.partition(" ")
    try:
        data = base64.b64decode(geometry, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    return WindowPlace(data, int(width) if width.isdecimal() and len(width) < 6 else 0)
