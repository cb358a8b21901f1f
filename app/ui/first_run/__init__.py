"""The first start: at most four screens, each of which can be skipped."""
