"""Attacks: one file each, with one class that is registered by `@attack`. Files are found by themselves."""
