"""Sockets, sessions and limits in front of an engine (DESIGN.md sections 4 and 5). Knows no torch and no tensors."""
