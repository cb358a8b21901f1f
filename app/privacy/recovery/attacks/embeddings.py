"""(a) Nearest neighbour on embeddings: every row that goes up is a row of a public table, so looking it up gives the
token. The prompt, and the reply too, as its tokens are sent back one by one as embeddings (DESIGN.md section 6).
"""

from dataclasses import dataclass

import numpy as np

from app.privacy.recovery.attack import MESSAGE, REPLY, CannotRecover, Progress, Recovery, attack, percent
from app.privacy.recovery.nearest import Nearest, nearest_tokens
from app.privacy.recovery.recording import Recording, Text
from app.privacy.recovery.weights import PublicWeights

SURE = 0.05  # a row this near to a public embedding, as a share of its length, is that embedding but for rounding


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The texts of a recording and what was found for all their rows, in the same order."""

    texts: list[Text]
    found: Nearest

    @property
    def tokens(self) -> list[int]:
        return [int(token) for token in self.found.tokens]


def look_up(recording: Recording, weights: PublicWeights, progress: Progress) -> LookedUp:
    """The nearest public token of every embedding that was sent. Raises CannotRecover where none was."""
    texts = recording.texts()
    if not texts:
        raise CannotRecover(
            "No embeddings are among the frames that are kept.", "Send a message and look right afterwards."
        )
    return LookedUp(texts, nearest_tokens(np.concatenate([text.rows for text in texts]), weights, progress))


@attack
class NearestEmbeddings:
    """Looks every row up in the public embedding table."""

    name = "embeddings"
    title = "Look up the embeddings"
    sentence = "Compares every row of numbers that was sent with the model's public table of tokens."
    order = 1
    is_supposed = False

    def run(self, recording: Recording, weights: PublicWeights, progress: Progress) -> Recovery:
        looked = look_up(recording, weights, progress)
        tokens, distance_N = looked.tokens, looked.found.distances
        sure = float((distance_N < SURE).mean())
        prompt = sum(text.prompt_rows for text in looked.texts)
        rebuilt, start = [], 0
        for text in looked.texts:
            rebuilt.append(weights.text.text(tokens[start : start + len(text.positions)]))
            start += len(text.positions)
        details = [
            ("positions sent", f"In all {len(tokens)}: {prompt} of the prompt, {len(tokens) - prompt} of the reply."),
            ("rows that are a public embedding", percent(sure)),
            ("median distance to it", f"It is {100 * float(np.median(distance_N)):.2f} % of the row's length."),
        ]
        if not all(text.is_whole for text in looked.texts):
            details.append(("gaps", "Some positions are no longer kept, so parts are missing."))
        return Recovery(
            self.name,
            self.title,
            self.sentence,
            share=sure,
            rebuilt="\n".join(rebuilt),
            words=_words(sure),
            details=tuple(details),
            data={"positions": len(tokens), "prompt_positions": prompt, "share_sure": sure},
            tokens=tuple(tokens),
            rebuilds=(MESSAGE, REPLY),
        )


def _words(sure: float) -> str:
    if sure > 0.5:
        return (
            "Embeddings are rows of a public table, so whoever records them can look every word up again. "
            "Only what was replaced before it was sent is safe from this."
        )
    return "Most of these rows are no public embeddings: they may belong to another model, or were altered."
