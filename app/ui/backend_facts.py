"""What the window says about the backend."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackendFacts:
    """Names as the person knows them."""

    model_name: str = ""  # "" until one is there
    backend_name: str = ""  # "built-in backend", "gpu.example.org"
    is_on_this_computer: bool = True  # decides the words about who could rebuild the text
