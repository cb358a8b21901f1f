"""(b) LM head on returned hidden states: the cloud has the state from which each token of the reply is chosen, and the
head is public, so it can compute the likeliest token itself. Greedy: what sampling and a head part change, it misses.
"""

from collections.abc import Callable

import numpy as np

from app.domain.ids import MessageId
from app.privacy.recovery.attack import REPLY, CannotRecover, Progress, Recovery, attack, percent
from app.privacy.recovery.attacks.embeddings import look_up
from app.privacy.recovery.recording import Recording
from app.privacy.recovery.tensors import Floats, Ids, decode_rows, rounded_to_bf16
from app.privacy.recovery.weights import PublicWeights

_ROWS_AT_ONCE = 1024

_ROUNDINGS: tuple[Callable[[Floats], Floats], ...] = (lambda logits: logits, rounded_to_bf16)
Place = tuple[MessageId, int]  # a position of a message


@attack
class HeadOnStates:
    """The likeliest token of every final hidden state that came down."""

    name = "head"
    title = "Read the reply from the hidden states"
    sentence = "Puts the model's public output layer on every hidden state that came back."
    order = 2
    is_supposed = False

    def run(self, recording: Recording, weights: PublicWeights, progress: Progress) -> Recovery:
        positions, states_ND = final_states(recording)
        if not positions:
            raise CannotRecover(
                "No hidden states are among the frames that are kept.", "Send a message and look right afterwards."
            )
        if states_ND.shape[1] != weights.hidden_size:
            raise CannotRecover("The hidden states belong to another model.", "Choose the model that the chat used.")
        plain_N, rounded_N = likeliest_tokens(states_ND, weights, lambda share: progress(0.5 * share))
        sampled = self._sampled(recording, weights, lambda share: progress(0.5 + 0.5 * share))
        # which rounding the device computes with, the tokens that were chosen tell
        tokens_N = max(plain_N, rounded_N, key=lambda guess: sum(_agreed(sampled, positions, guess)))
        agreed = _agreed(sampled, positions, tokens_N)
        share = sum(agreed) / len(agreed) if agreed else None
        tokens = [int(token) for token in tokens_N]
        details = [("hidden states", str(len(tokens)))]
        if share is not None:
            details.append(("the same token as was chosen", f"For {percent(share)} of {len(agreed)} tokens."))
        return Recovery(
            self.name,
            self.title,
            self.sentence,
            share=share,
            rebuilt=weights.text.text(tokens),
            words=(
                "The reply can be read from what the backend computes, without any frame of yours. "
                "Where a token was drawn by chance, this names the likeliest one instead."
            ),
            details=tuple(details),
            data={"states": len(tokens), "share_of_chosen_tokens": share, "compared": len(agreed)},
            tokens=tuple(tokens),
            rebuilds=(REPLY,),
        )

    @staticmethod
    def _sampled(recording: Recording, weights: PublicWeights, progress: Progress) -> dict[Place, int]:
        """The tokens that were chosen, by message and position, as far as they were sent back."""
        try:
            looked = look_up(recording, weights, progress)
        except CannotRecover:
            return {}
        places = [(text.message, position) for text in looked.texts for position in text.positions]
        return dict(zip(places, looked.tokens, strict=True))


def _agreed(sampled: dict[Place, int], positions: list[Place], tokens_N: Ids) -> list[bool]:
    guesses = zip(positions, tokens_N.tolist(), strict=True)
    return [sampled[place] == token for place, token in guesses if place in sampled]


def final_states(recording: Recording) -> tuple[list[Place], Floats]:
    """Final hidden states, and (message, position) of the token that each was to choose; the last of each counts."""
    rows: dict[Place, Floats] = {}
    for state in recording.states:
        frame, step = state.frame, state.step
        states_RD = decode_rows(frame.payload, frame.rows, frame.cols, frame.dtype)
        first = step.position + step.rows - frame.rows + 1
        for row in range(frame.rows):
            rows[state.message, first + row] = states_RD[row]
    if len({len(row) for row in rows.values()}) > 1:
        raise CannotRecover("The hidden states have different widths.", "Look at one message at a time.")
    return list(rows), np.stack(list(rows.values())) if rows else np.zeros((0, 0), np.float32)


def likeliest_tokens(states_ND: Floats, weights: PublicWeights, progress: Progress) -> tuple[Ids, Ids]:
    """The token with the greatest logit for each state: as computed in fp32, and as in bf16, whose rounding makes ties
    that the lower token wins."""
    best = [np.full(len(states_ND), -np.inf, np.float32) for _ in range(2)]
    tokens = [np.zeros(len(states_ND), np.int64) for _ in range(2)]
    states_ND = np.nan_to_num(states_ND, posinf=0.0, neginf=0.0)
    for first, block_VD in weights.head_blocks():
        for start in range(0, len(states_ND), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            logits_NV = np.asarray(states_ND[part] @ block_VD.T, np.float32)
            for best_N, tokens_N, rounding in zip(best, tokens, _ROUNDINGS, strict=True):
                rounded_NV = rounding(logits_NV)
                at_N = rounded_NV.argmax(axis=1)
                found_N = rounded_NV[np.arange(len(at_N)), at_N]
                is_better_N = found_N > best_N[part]
                best_N[part] = np.where(is_better_N, found_N, best_N[part])
                tokens_N[part] = np.where(is_better_N, at_N + first, tokens_N[part])
        progress(min(1.0, (first + len(block_VD)) / weights.vocab_size))
    return tokens[0], tokens[1]
