"""The limit on recovery: what it refuses, in which words, and what it does not know."""

import pytest

from app.privacy.recovery.limit import NotMeasured, RecoveryAboveLimit, RecoveryGuard, refusal


@pytest.mark.parametrize(
    ("share", "limit", "is_refused"),
    [(1.0, 80, True), (0.8, 80, False), (0.801, 80, True), (0.0, 0, False), (0.001, 0, True), (1.0, 100, False)],
)
def test_only_a_share_above_the_limit_is_refused(share: float, limit: int, is_refused: bool) -> None:
    assert (refusal(share, limit) is not None) == is_refused


def test_without_a_limit_or_a_measurement_nothing_is_refused() -> None:
    assert refusal(1.0, None) is None
    assert refusal(None, 0) is None


def test_the_words_name_both_numbers_and_what_to_do() -> None:
    error = refusal(0.801, 80)
    assert error is not None
    assert "81 %" in error.message and "80 %" in error.message, "80 % is not above 80 %"
    assert "Replace" in error.advice and "limit" in error.advice


def test_the_guard_forgets_with_the_backend_and_does_not_trust_what_it_could_not_measure() -> None:
    guard = RecoveryGuard(50)
    guard.check()
    guard.measured(0.9)
    with pytest.raises(RecoveryAboveLimit):
        guard.check()
    guard.start_anew()
    guard.check()
    guard.measured(None)
    with pytest.raises(NotMeasured):
        guard.check()
    guard.set_limit(None)
    guard.check()
