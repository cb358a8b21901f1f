"""Moves bytes and decides nothing: the only sockets of the app; the gate clears what leaves (DESIGN.md section 4)."""
