"""What noise on embeddings would hide: the same look-up, with Gaussian noise of so many times each row's length added.

It is what would happen, not what happened: the app adds no noise, because it ruins the model long before it helps
(perplexity 15.8 -> 12,263 at three times the length, DESIGN.md section 6), and this shows it on the person's own
message.
"""

import numpy as np

from app.privacy.recovery.attack import Progress, Recovery, attack, percent
from app.privacy.recovery.attacks.embeddings import look_up
from app.privacy.recovery.nearest import nearest_tokens
from app.privacy.recovery.recording import Recording
from app.privacy.recovery.weights import PublicWeights

LEVELS = (0.5, 1.0, 2.0, 3.0)  # noise as a multiple of the row's length
_ROWS = 512  # of the message, at most, a level
_SEED = 0


@attack
class NoiseCurve:
    """Looks up embeddings with noise added."""

    name = "noise"
    title = "If noise were added to the embeddings"
    sentence = "Adds noise to the same rows, as some products do, and looks them up again."
    order = 4
    is_supposed = True

    def __init__(self, levels: tuple[float, ...] = LEVELS) -> None:
        self._levels = levels

    def run(self, recording: Recording, weights: PublicWeights, progress: Progress) -> Recovery:
        steps = len(self._levels) + 1
        looked = look_up(recording, weights, lambda share: progress(share / steps))
        rows_ND = np.concatenate([text.rows for text in looked.texts])[:_ROWS]
        tokens_N = looked.found.tokens[:_ROWS]
        random = np.random.default_rng(_SEED)
        lengths_N1 = np.linalg.norm(rows_ND, axis=1, keepdims=True)
        curve: list[tuple[float, float]] = []
        rebuilt = ""
        for number, level in enumerate(self._levels, 1):
            noise_ND = random.standard_normal(rows_ND.shape, np.float32)
            noise_ND *= level * lengths_N1 / np.linalg.norm(noise_ND, axis=1, keepdims=True)
            found = nearest_tokens(
                rows_ND + noise_ND,
                weights,
                lambda share, before=number: progress((before + share) / steps),  # type: ignore[misc]
            )
            curve.append((level, float((found.tokens == tokens_N).mean())))
            rebuilt = weights.text.text([int(token) for token in found.tokens])
        worst_level, worst = curve[-1]
        return Recovery(
            self.name,
            self.title,
            self.sentence,
            share=worst,
            rebuilt=rebuilt,
            words=(
                f"Noise {worst_level:g} times as long as each row would still leave {percent(worst)} of the tokens. "
                "The app offers no noise: it would spoil the replies and hide little."
            ),
            details=tuple(
                (f"noise {level:g} x the length", f"It leaves {percent(share)} of the tokens.")
                for level, share in curve
            ),
            data={"curve": [{"noise": level, "share": share} for level, share in curve], "rows": len(rows_ND)},
        )
