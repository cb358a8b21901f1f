"""`backend test` on the real built-in backend with a tiny model: what it sends, and what it makes of the times."""

from pathlib import Path

from app.domain.clearance import Direction, Purpose
from app.main import BUILT_IN_MODEL, Nearhalf
from app.privacy.ledger_format import read_entries
from app.storage.paths import DataFolder
from app.wire.frames import Kind
from tests.tiny_models import prepare_tiny, tiny_model


def test_steps_are_timed_without_and_with_an_exchange_at_every_layer(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "home").create()
    prepare_tiny(tiny_model("llama"), tmp_path).rename(folder.models / BUILT_IN_MODEL)
    said: list[str] = []
    measured = Nearhalf(folder).measure(None, said.append)
    assert measured.layers == 6
    assert len(measured.rtt_ms) == 10 and 0 < measured.median_rtt_ms < 1000
    assert measured.step_ms > 0 and measured.exchange_ms > 0
    assert measured.tokens_per_s(6) < measured.tokens_per_s(1)
    sent = [entry for entry in read_entries(folder.ledger) if entry.direction == Direction.UP]
    steps = [entry for entry in sent if entry.kind == Kind.STEP]
    deltas = [entry for entry in sent if entry.kind == Kind.DELTA]
    assert len(steps) == 20 and len(deltas) == 10 * 5  # layer 0's tap is free
    assert {entry.purpose for entry in steps + deltas} == {Purpose.MEASURE}
    assert "Measuring steps with an exchange at every layer." in said
