"""A model asked as it is, with the adapter in training or a finished one: losses of text, greedy continuations.

Implements `Scorer` of app/core/tuning_ports.py over a session and its half. Nothing is learned here.
"""

from collections.abc import Callable, Collection, Sequence

from app.core.tuning import Sample
from app.core.tuning_ports import TrainableHalf
from app.core.tuning_session import TuningSession
from app.domain.sampling import SamplingSettings

_GREEDY = SamplingSettings(temperature=0)


class SessionScorer:
    """For the thread that uses the session. end_tokens: those that end a text. Raises AppError as the session does."""

    def __init__(self, session: TuningSession, half: TrainableHalf, end_tokens: Collection[int]) -> None:
        self._session = session
        self._half = half
        self._end_tokens = end_tokens

    def losses(self, tokens: Sequence[int]) -> list[float]:
        """Of every token but the first, nats. What is longer than the session's window is cut into windows.

        Each window after the first begins with the last token of the one before it, and knows nothing earlier.
        """
        losses: list[float] = []
        window = self._session.positions
        for start in range(0, len(tokens) - 1, window - 1):
            losses += self._window_losses(tokens[start : start + window])
        return losses

    def next_losses(self, tokens: Sequence[int], candidates: Sequence[int]) -> Sequence[float]:
        """Of each candidate as the token behind `tokens`, nats. Of what is too long for the window the end is used."""
        self._session.crop(0)
        state = self._extend(tokens[-self._session.positions :])
        return self._half.next_losses(state, candidates)

    def complete(self, tokens: Sequence[int], max_tokens: int) -> list[int]:
        """Greedy continuation, without the prompt; ends at an end token, which is left out, or with the window.

        Of a prompt too long for the window the end is used.
        """
        session = self._session
        session.crop(0)
        context = list(tokens[-max(1, session.positions - max_tokens) :])
        prompt_tokens = len(context)
        sampler = self._half.sampler(_GREEDY)
        pending = context[:]
        for _ in range(min(max_tokens, session.positions - prompt_tokens)):
            token = self._half.next_token(self._extend(pending), sampler, context)
            if token in self._end_tokens:
                break
            context.append(token)
            pending = [token]
        return context[prompt_tokens:]

    def _window_losses(self, tokens: Sequence[int]) -> list[float]:
        session = self._session
        session.crop(0)
        losses: list[float] = []
        rows = session.max_rows
        for start in range(0, len(tokens), rows):
            states = session.states(tokens[start : start + rows])
            labelled = tokens[start : start + rows + 1]
            if len(labelled) > 1:
                losses += self._half.loss(states, labelled)
        return losses

    def _extend(self, tokens: Sequence[int]) -> bytes:
        state = b""
        for start in range(0, len(tokens), self._session.max_rows):
            chunk = tokens[start : start + self._session.max_rows]
            state = self._session.extend(chunk, self._session.message, want_last=start + len(chunk) == len(tokens))
        return state


class SampleWriter:
    """How the model goes on from the beginning of a held-out note, from time to time.

    prompt: tokens; decode: tokens to text.
    """

    def __init__(self, prompt: Sequence[int], decode: Callable[[Sequence[int]], str], max_tokens: int = 40) -> None:
        self._prompt = prompt
        self._decode = decode
        self._max_tokens = max_tokens

    def write(self, scorer: SessionScorer, step: int) -> Sample:
        text = self._decode(scorer.complete(self._prompt, self._max_tokens))
        return Sample(step, self._decode(self._prompt), text)
