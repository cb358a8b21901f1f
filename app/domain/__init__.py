"""The app's own nouns: frozen dataclasses, ids, enums, errors. Imports nothing of ours but the wire's words."""
