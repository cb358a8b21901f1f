"""The window. Shows what core says and owns no truth of its own; PySide6 lives here and in app.main only."""
