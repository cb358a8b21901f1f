"""How the next token is chosen. The same settings give the same distribution as transformers' `generate`."""

from dataclasses import dataclass

from app.domain.errors import SettingsError


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """temperature 0 is greedy; seed None is a new one. top_k 0, top_p 1, min_p 0, repetition_penalty 1: rule off."""

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    max_tokens: int = 1024

    def __post_init__(self) -> None:
        checks = (
            (self.temperature >= 0, "temperature must be 0 or more"),
            (self.top_k >= 0, "top-k must be 0 or more"),
            (0 < self.top_p <= 1, "top-p must lie in (0, 1]"),
            (0 <= self.min_p <= 1, "min-p must lie in [0, 1]"),
            (self.repetition_penalty > 0, "repetition penalty must be above 0"),
            (self.max_tokens > 0, "the length of a reply must be 1 token or more"),
            (all(self.stop), "a stop string must not be empty"),
        )
        for holds, rule in checks:
            if not holds:
                raise SettingsError(f"This sampling setting cannot be used: {rule}.", "Change it and try again.")
