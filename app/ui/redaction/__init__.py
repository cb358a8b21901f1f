"""Redaction on screen: what a draft would have replaced, and what is replaced at all."""
