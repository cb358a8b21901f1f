"""What a fine-tuning will cost, from some of its steps: the run, its measurements and samples, and the verdict.

Nothing here talks to a backend; app/main/tuning.py tries the steps.
"""

from dataclasses import dataclass

from app.core.tuning import Probe, TuningSettings

SPREAD = (0.85, 1.35)  # of a run's forecast: this machine does other things too
VERDICT_SPREAD = (0.6, 1.7)  # its parts end early where there is little to ask
HELD_OUT_TOKENS = 8192  # at most (app/core/held_out.py)
QUESTIONS_TOKENS = 3400  # so long as these many held-out ones take the 60 questions of one model (docs/tuning.md)
WRITTEN_TOKENS = 4 * 40  # by one model, of the pairs to compare
SAMPLE_TOKENS = 40
SECRET_TOKENS, SECRETS_S = 40, 90.0  # in writing, as long as one secret takes; and the limit for all


@dataclass(frozen=True, slots=True)
class Tried:
    """Of one window of settings.window tokens: trained with, and only asked about (forward). up, down: bytes."""

    train_s: float
    train_up: float
    train_down: float
    forward_s: float
    forward_up: float
    forward_down: float


def forecast(
    settings: TuningSettings,
    tried: Tried,
    memory_bytes: int,
    tokens_per_s: tuple[float, float],
    held_out_tokens: int,
    secrets: int,
) -> Probe:
    """tokens_per_s: of chat without an adapter, and with this plan. secrets: that are left in and will be asked for."""
    plain, tuned = tokens_per_s
    windows = settings.steps * settings.sequences_per_step
    evaluations = settings.steps // settings.evaluate_every + 1
    asked = evaluations * min(settings.evaluation_tokens, held_out_tokens) / settings.window
    run_s = windows * tried.train_s + asked * tried.forward_s + evaluations * SAMPLE_TOKENS / tuned
    judged = 2 * (min(held_out_tokens, HELD_OUT_TOKENS) + QUESTIONS_TOKENS) / settings.window
    written_s = WRITTEN_TOKENS * (1 / plain + 1 / tuned) + min(secrets * SECRET_TOKENS / tuned, SECRETS_S)
    verdict_s = judged * tried.forward_s + written_s
    forward = asked + judged
    return Probe(
        (run_s * SPREAD[0], run_s * SPREAD[1]),
        memory_bytes,
        round(windows * tried.train_up + forward * tried.forward_up),
        round(windows * tried.train_down + forward * tried.forward_down),
        settings.plan.round_trips,
        plain / tuned,
        (verdict_s * VERDICT_SPREAD[0], verdict_s * VERDICT_SPREAD[1]),
    )
