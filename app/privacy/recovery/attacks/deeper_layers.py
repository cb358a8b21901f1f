"""(d) Vocabulary matching: what an operator could do if the first k layers ran on the device alone (arXiv 2505.18332).

The state after layer k depends on the token and those before it, and the layers are public: so each position's token is
found by running candidates through the layers until one gives the state that was seen. Candidates come from the model's
own prediction, from tokens with a like state in a like place, then from all of the vocabulary. The states are made
here, from this message's own tokens, as the app always sends the embeddings, also where it runs layers itself for a
free tap: states in their place would be a false defence. Where an adapter was at work, what it added to those layers is
taken as it was recorded: an operator has it exactly.
Legend: C candidates, E hidden size.
"""

from collections.abc import Iterator

import numpy as np

from app.privacy.recovery.attack import CannotRecover, Progress, Recovery, attack, percent
from app.privacy.recovery.attacks.embeddings import look_up
from app.privacy.recovery.decoder import Cache, Decoder, Deltas
from app.privacy.recovery.deltas import recorded_deltas
from app.privacy.recovery.recording import Recording
from app.privacy.recovery.tensors import Floats, Ids, as_sent
from app.privacy.recovery.weights import PublicWeights
from app.wire.frames import Dtype

_POSITIONS = 40  # of the message, at most: each takes up to thousands of candidates
_FEW, _MORE, _MANY = 48, 768, 4096  # candidates tried, in rising order
_AT_ONCE = 768
_TYPICAL_AFTER = 3  # states of a text's first places are like no others: attention gathers there
_PREDICTING_PARAMETERS = 600_000_000  # beyond this, the model's own prediction is too slow in numpy
_CLOSE = 0.02  # a state this near, as a share of its length, and
_CLEAR = 0.5  # at most this share of the next candidate's distance away, is taken without trying more
_CLEARLY_NOISY = 0.9  # the same where there is noise
_TEMPLATE_WORDS = "system\nuser\nassistant\nmodel\n"
_SEED = 0


@attack
class DeeperLayers:
    """Matches the state after `layers` layers, with noise of `noise` times its length, token by token."""

    name = "layers"
    title = "If the first layers ran on your computer alone"
    sentence = "Runs candidate words through the public layers until the numbers match."
    order = 5
    is_supposed = True

    def __init__(self, layers: int = 2, noise: float = 0.0, positions: int = _POSITIONS) -> None:
        self._layers, self._noise, self._positions = layers, noise, positions

    def run(self, recording: Recording, weights: PublicWeights, progress: Progress) -> Recovery:
        backbone = weights.backbone
        if backbone is None:
            raise CannotRecover(
                "The model's decoder layers are not on this computer, so this cannot be tried here.",
                "It works with the built-in backend's model.",
            )
        layers = min(max(self._layers, 1), backbone.layers)
        looked = look_up(recording, weights, lambda share: progress(0.1 * share))
        real = looked.tokens[: self._positions]
        places = [(text.message, position) for text in looked.texts for position in text.positions][: len(real)]
        deltas = recorded_deltas(recording, weights, places, layers)
        seen_NE = self._states(real, weights, backbone, layers, recording, deltas or {})
        search = Search(weights, backbone, layers, deltas or {}, with_noise=self._noise > 0)
        found: list[int] = []
        for number, token in enumerate(search.tokens(seen_NE)):
            found.append(token)
            progress(0.1 + 0.9 * (number + 1) / len(real))
        share = sum(a == b for a, b in zip(found, real, strict=True)) / len(real)
        noisy = f", with noise of {self._noise:g} times their length" if self._noise else ""
        return Recovery(
            self.name,
            self.title,
            self.sentence,
            share=share,
            rebuilt=weights.text.text(found),
            real=weights.text.text(real),
            words=(
                f"If {layers} layers ran on your computer alone{noisy}, an operator could still rebuild "
                f"{percent(share)} of the tokens. So the app does not offer that as protection."
            ),
            details=(
                *self._of_adapter(deltas),
                ("layers on the device", str(layers)),
                ("positions tried", str(len(real))),
                ("tokens rebuilt", percent(share)),
                ("candidates a position", f"On average {search.tried / len(real):.0f} of {weights.vocab_size} tokens."),
            ),
            data={"layers": layers, "noise": self._noise, "positions": len(real), "candidates": search.tried},
        )

    @staticmethod
    def _of_adapter(deltas: Deltas | None) -> tuple[tuple[str, str], ...]:
        if deltas is None:
            return (("your adapter", "It is left out: its public matrices are not on this computer."),)
        return (("your adapter", f"What it added to {len(deltas)} projections is counted in."),) if deltas else ()

    def _states(
        self,
        tokens: list[int],
        weights: PublicWeights,
        backbone: Decoder,
        layers: int,
        recording: Recording,
        deltas: Deltas,
    ) -> Floats:
        """What would be sent: the states after `layers` layers, with the noise asked for, as the wire rounds them."""
        states_NE = backbone.run(weights.embeddings(tokens), Cache(), 0, layers, deltas)
        if self._noise:
            random = np.random.default_rng(_SEED)
            noise_NE = random.standard_normal(states_NE.shape, np.float32)
            lengths_N1 = np.linalg.norm(states_NE, axis=1, keepdims=True)
            noise_NE *= self._noise * lengths_N1 / np.linalg.norm(noise_NE, axis=1, keepdims=True)
            states_NE = states_NE + noise_NE
        is_wide = recording.steps[-1].frame.dtype is Dtype.FP32
        return as_sent(states_NE, Dtype.FP32 if is_wide else Dtype.BF16)  # what fits deep states best, at that width


class Search:
    """Finds the tokens of a text whose states are given, from the first on. `tried`: candidates so far."""

    def __init__(
        self, weights: PublicWeights, backbone: Decoder, layers: int, deltas: Deltas, *, with_noise: bool
    ) -> None:
        self._weights, self._backbone, self._layers = weights, backbone, layers
        self._deltas, self._with_noise = deltas, with_noise
        self._predicts = backbone.parameters <= _PREDICTING_PARAMETERS
        self._cache = Cache()  # of the layers that run on the device, for what was found so far
        self._model = Cache()  # of the whole model, as far as predictions were needed
        self._typical_VE: Floats | None = None
        self._found: list[int] = []
        text = weights.text  # the words of chat templates are public too
        self._of_templates = np.array([*sorted(text.special_ids)[:_FEW], *text.tokens(_TEMPLATE_WORDS)], np.int64)
        self.tried = 0

    def tokens(self, seen_NE: Floats) -> Iterator[int]:
        for seen_E in seen_NE:
            token = self._match(seen_E)
            self._found.append(token)
            deltas = self._deltas_at(len(self._found) - 1)
            self._backbone.run(self._weights.embeddings([token]), self._cache, 0, self._layers, deltas)
            yield token

    def _deltas_at(self, place: int) -> Deltas:
        """What the adapter added at one position, whatever its token is."""
        return {name: rows[place : place + 1] for name, rows in self._deltas.items()}

    def _match(self, seen_E: Floats) -> int:
        """The nearest of ever more candidates, until one is near and clearly nearer than the others."""
        best: list[tuple[float, int]] = []
        done: set[int] = set()
        for candidates in self._candidates(seen_E):
            new = [token for token in dict.fromkeys(candidates.tolist()) if token not in done]
            done.update(new)
            best = sorted(best + self._distances(seen_E, new))[:2]
            self.tried += len(new)
            if len(best) > 1 and self._is_certain(best[0][0], best[1][0]):
                break
        return best[0][1]

    def _is_certain(self, nearest: float, next_one: float) -> bool:
        if self._with_noise:  # no candidate is near: the noise itself lies between
            return nearest < _CLEARLY_NOISY * next_one
        return nearest < _CLOSE and nearest < _CLEAR * next_one

    def _candidates(self, seen_E: Floats) -> Iterator[Ids]:
        """Ever more tokens: what the model expects; what has a like state in a like place; all."""
        likely_V = self._likely()
        yield np.concatenate([self._of_templates, likely_V[:_FEW]])
        if self._typical_VE is not None:
            yield self._alike(seen_E)[:_FEW]
        yield likely_V[:_MORE]
        if len(self._found) >= _TYPICAL_AFTER:
            yield self._alike(seen_E)[:_MORE]
        yield likely_V if not self._with_noise else likely_V[:_MANY]

    def _distances(self, seen_E: Floats, tokens: list[int]) -> list[tuple[float, int]]:
        """(distance, token) of the two nearest: how far a candidate's state lies from the one that was seen."""
        found: list[tuple[float, int]] = []
        for start in range(0, len(tokens), _AT_ONCE):
            part = tokens[start : start + _AT_ONCE]
            states_CE = self._backbone.try_candidates(
                self._weights.embeddings(part), self._cache, self._layers, self._deltas_at(len(self._found))
            )
            found += zip(self._far(states_CE, seen_E).tolist(), part, strict=True)
        return sorted(found)[:2]

    def _far(self, states_CE: Floats, seen_E: Floats) -> Floats:
        return far(states_CE, seen_E, with_noise=self._with_noise)

    def _likely(self) -> Ids:
        """The tokens in the order in which the model itself expects them next."""
        if not self._found or not self._predicts:
            return np.arange(self._weights.vocab_size)
        behind = self._found[self._model.length(0) :]
        state_TE = self._backbone.run(self._weights.embeddings(behind), self._model, 0, self._backbone.layers)
        state_1E = self._backbone.final_norm(state_TE[-1:])
        logits_V = np.concatenate([state_1E @ block_VE.T for _, block_VE in self._weights.head_blocks()], axis=1)[0]
        return np.argsort(-logits_V, kind="stable")

    def _alike(self, seen_E: Floats) -> Ids:
        """The tokens whose typical states lie nearest: each token's after what was found when this was first asked."""
        if self._typical_VE is None:
            self._typical_VE = np.concatenate(
                [
                    self._backbone.try_candidates(
                        block_VE[start : start + _AT_ONCE],
                        self._cache,
                        self._layers,
                        self._deltas_at(len(self._found)),
                    )
                    for _, block_VE in self._weights.embedding_blocks()
                    for start in range(0, len(block_VE), _AT_ONCE)
                ]
            )
            self.tried += len(self._typical_VE)
        return np.argsort(self._far(self._typical_VE, seen_E), kind="stable")


def far(states_CE: Floats, seen_E: Floats, *, with_noise: bool) -> Floats:
    """How far states lie from the one that was seen, as a share of its size.

    Number by number, as rounding is relative to each: deep states have a few giant numbers, whose rounding alone would
    drown the others. Noise that was added is the same for all numbers, so then it is plain distance.
    """
    sizes_E = np.abs(seen_E)
    if with_noise:
        gaps_C = np.linalg.norm(states_CE - seen_E, axis=1) / np.float32(max(float(np.linalg.norm(seen_E)), 1e-30))
    else:
        gaps_C = np.linalg.norm((states_CE - seen_E) / (sizes_E + np.median(sizes_E) + np.float32(1e-30)), axis=1)
        gaps_C /= np.float32(len(seen_E) ** 0.5)
    return np.asarray(gaps_C, np.float32)
