"""Judges what the rest of the app recorded, from the formats alone: no Qt, no torch."""
