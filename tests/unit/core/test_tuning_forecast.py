"""The forecast of a fine-tuning: every part of it counts, each in its own measure."""

from dataclasses import replace

import pytest

from app.core.tuning import TuningSettings
from app.core.tuning_forecast import SPREAD, VERDICT_SPREAD, Tried, forecast
from app.wire.messages import Recipe
from app.wire.plan import grouped

SETTINGS = TuningSettings(
    grouped(6, 2, 8), Recipe.SVD, 4, 100, 5e-3, 5e-3, window=100, sequences_per_step=2, evaluate_every=50,
    evaluation_tokens=1000,
)  # fmt: skip
NOTHING = Tried(0, 0, 0, 0, 0, 0)
ENDLESS = (1e9, 1e9)  # tokens of chat a second


@pytest.mark.parametrize(
    ("tried", "run_s", "verdict_s", "up", "down"),
    [
        (replace(NOTHING, train_s=1.0), 200, 0, 0, 0),
        (replace(NOTHING, forward_s=1.0), 30, 88, 0, 0),  # 3 measurements of 10 windows; 2 models, 1000 + 3400 tokens
        (replace(NOTHING, train_up=1.0, forward_up=10.0), 0, 0, 200 + 1180, 0),
        (replace(NOTHING, train_down=1.0, forward_down=10.0), 0, 0, 0, 200 + 1180),
    ],
    ids=("training", "asking", "up", "down"),
)
def test_run_and_verdict_are_counted(tried: Tried, run_s: float, verdict_s: float, up: int, down: int) -> None:
    found = forecast(SETTINGS, tried, 7, ENDLESS, 1000, 0)
    assert found.seconds == pytest.approx([run_s * share for share in SPREAD], abs=1e-3)
    assert found.verdict_seconds == pytest.approx([verdict_s * share for share in VERDICT_SPREAD], abs=1e-3)
    assert (found.bytes_up, found.bytes_down, found.memory_bytes) == (up, down, 7)


def test_what_is_written_takes_as_long_as_chat_does_and_secrets_have_their_limit() -> None:
    found = forecast(SETTINGS, NOTHING, 7, (80.0, 40.0), 0, 0)
    assert found.chat_slowdown == 2
    assert found.seconds[0] == pytest.approx(3 * SPREAD[0])  # 3 samples of 40 tokens
    assert found.verdict_seconds[0] == pytest.approx((2 + 4) * VERDICT_SPREAD[0])
    some, many = (forecast(SETTINGS, NOTHING, 7, (80.0, 40.0), 0, count) for count in (3, 4000))
    assert some.verdict_seconds[0] == pytest.approx((6 + 3) * VERDICT_SPREAD[0])
    assert many.verdict_seconds[0] == pytest.approx((6 + 90) * VERDICT_SPREAD[0])
