"""What the person who runs a backend may have to read."""


class OperatorError(Exception):
    """Something is wrong with how the backend was started. The text is one or two sentences, with what to do."""
