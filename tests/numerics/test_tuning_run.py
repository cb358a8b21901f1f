"""A whole run of fine-tuning over the real trainer: exact after any interruption, and honest about what it measured."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from app.core import tuning_run
from app.core.scoring import SampleWriter, SessionScorer
from app.core.session import RetryPolicy
from app.core.tuning import JobProgress, JobState, TuningSettings
from app.core.tuning_batches import TuningData
from app.core.tuning_presets import grouped_plan
from app.core.tuning_run import RunEnd, RunLine, TuningRun, rate_share
from app.core.tuning_session import TuningSession
from app.device.adapter import Adapter
from app.device.pack import DevicePack, install_pack
from app.device.tuning_half import TuningHalf
from app.domain.clearance import Purpose
from app.domain.errors import Cancelled, ConnectionLost, SettingsError, StoreDamaged
from app.domain.ids import MessageId, new_message_id
from app.wire.frames import Dtype, Kind
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from cloud_backend.engine.backbone import Backbone
from tests.numerics.engine_driver import logits_of, random_ids
from tests.sim.tuning_cloud import TuningCloud

END = 2
MIXED = ExchangePlan(
    (Tap(0, (Target(0, Projection.V), Target(4, Projection.K)), 4, 4), Tap(3, (Target(3, Projection.Q),), 4, 4))
)
SETTINGS = TuningSettings(
    plan=MIXED,
    recipe=Recipe.SVD,
    head_rank=3,
    steps=4,
    learning_rate=0.02,
    head_learning_rate=0.05,
    window=12,
    sequences_per_step=2,
    warmup_steps=1,
    evaluate_every=2,
    state_dtype=Dtype.FP32,
    exchange_dtype=Dtype.FP32,
)


def notes(count: int, seed: int) -> list[list[int]]:
    """A language of few words, so that there is something to learn."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(10, 12, (15,), generator=generator).tolist() for _ in range(count)]


DATA = TuningData(notes(6, 1), notes(2, 2), END)


@dataclass
class Bench:
    """One process that trains: its own half and its own cloud."""

    pack: DevicePack
    backbone: Backbone
    settings: TuningSettings = SETTINGS
    data: TuningData = DATA
    cloud: TuningCloud = None  # type: ignore[assignment]
    created: str = "2026-11-23T06:00:00+00:00"
    between: Callable[[], None] = lambda: None
    message: MessageId = field(default_factory=new_message_id)
    heard: list[JobProgress] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cloud = self.cloud or TuningCloud(self.backbone)
        settings = self.settings
        adapter = Adapter.zero(
            settings.plan, self.pack.facts, Recipe.SVD, name="t", head_rank=settings.head_rank,
            device_layers=settings.device_layers,
        )  # fmt: skip
        adapter = replace(adapter, card=replace(adapter.card, created=self.created))
        dtypes = {"state_dtype": settings.state_dtype, "exchange_dtype": settings.exchange_dtype}
        self.half = TuningHalf(self.pack, adapter, compute_dtype=torch.float32, **dtypes)
        retry = RetryPolicy(lambda: [0.0] * 3)
        line = RunLine(self.cloud.model, self.cloud.open_channel, retry, self.cloud, self.message)
        self.run = TuningRun(
            settings, self.data, self.half, line, self.heard.append, between=lambda: self.between(),
            sample=SampleWriter(DATA.held_out[0][:4], str, max_tokens=3),
        )  # fmt: skip

    @property
    def outcome(self) -> tuple[Any, ...]:
        """Everything that must not depend on interruptions."""
        last = self.heard[-1]
        return last.points, last.evaluations, last.sample, self.half.state(), self.run.best


@pytest.fixture(scope="module")
def parts(tiny: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[DevicePack, Backbone]:
    _, backbone = tiny("llama")
    folder = tmp_path_factory.mktemp("pack") / "installed"
    pack = install_pack(backbone.folder / "device-pack.zip", folder, backbone.manifest.pack_sha256)
    return pack, backbone


@pytest.fixture(scope="module")
def whole(parts: tuple[DevicePack, Backbone]) -> Bench:
    """A run that nothing interrupts."""
    bench = Bench(*parts)
    assert bench.run.run() is RunEnd.DONE
    return bench


def test_loss_falls_and_every_step_is_told(whole: Bench) -> None:
    last = whole.heard[-1]
    assert [point.step for point in last.points] == [1, 2, 3, 4]
    assert [point.step for point in last.evaluations] == [0, 2, 4]
    assert last.points[-1].loss < last.points[0].loss
    assert last.evaluations[-1].loss < last.evaluations[0].loss - 0.1
    assert [point.tokens for point in last.points] == sorted({point.tokens for point in last.points})
    assert last.round_trips == whole.cloud.totals(whole.message).frames_up > 0
    assert last.sample is not None and last.sample.step == 4
    assert {progress.state for progress in whole.heard} == {JobState.TRAINING, JobState.EVALUATING}


def test_all_traffic_is_said_to_be_for_tuning(whole: Bench) -> None:
    assert {purpose for kind, purpose in whole.cloud.log if kind is not Kind.OPEN} == {Purpose.TUNE}
    assert {Kind.GRADIENT, Kind.TAP_GRADIENT} <= {kind for kind, _ in whole.cloud.log}


def test_the_best_adapter_is_kept_as_its_file(whole: Bench, parts: tuple[DevicePack, Backbone]) -> None:
    best = whole.heard[-1].best
    assert best is not None and best.step == 4
    assert whole.run.best == whole.half.parameters()
    assert Adapter.parse(whole.run.best, parts[0].facts).card.plan == MIXED


def test_a_run_goes_on_exactly_from_every_window(whole: Bench, parts: tuple[DevicePack, Backbone]) -> None:
    saved: list[bytes] = []
    watched = Bench(*parts)
    watched.between = lambda: saved.append(watched.run.checkpoint())
    watched.run.run()
    assert len(saved) == 4 * 2 + 3 + 1  # windows, evaluations, the end
    for place, checkpoint in enumerate(saved):
        fresh = Bench(*parts, created="2027-01-01T00:00:00+00:00")
        fresh.run.restore(checkpoint)
        assert fresh.run.run() is RunEnd.DONE
        if fresh.heard:  # else it was restored at the very end
            ended = fresh.heard[-1]
            assert (ended.points, ended.evaluations, ended.sample) == whole.outcome[:3], place
        assert (fresh.half.state(), fresh.run.best) == whole.outcome[3:], place


def test_a_run_with_layers_on_the_device_learns_and_goes_on_exactly(parts: tuple[DevicePack, Backbone]) -> None:
    settings = replace(SETTINGS, plan=grouped_plan(6, 2, 4, device_layers=2), device_layers=2)
    saved: list[bytes] = []
    whole = Bench(*parts, settings=settings)
    whole.between = lambda: saved.append(whole.run.checkpoint())
    assert whole.run.run() is RunEnd.DONE
    evaluations = whole.heard[-1].evaluations
    assert evaluations[-1].loss < evaluations[0].loss - 0.1
    for checkpoint in saved[2:-1:3]:
        fresh = Bench(*parts, settings=settings, cloud=TuningCloud(parts[1], cut_before={2}))
        fresh.run.restore(checkpoint)
        assert fresh.run.run() is RunEnd.DONE
        assert fresh.outcome == whole.outcome
    with pytest.raises(StoreDamaged):  # another number of layers is another z
        Bench(*parts, settings=replace(settings, device_layers=1)).run.restore(saved[-1])


def test_a_pause_at_every_window_changes_nothing(whole: Bench, parts: tuple[DevicePack, Backbone]) -> None:
    bench = Bench(*parts)
    is_second = False

    def pause_every_other_time() -> None:
        nonlocal is_second
        if is_second:
            bench.run.pause()
        is_second = not is_second

    bench.between = pause_every_other_time
    ends = [bench.run.run()]
    while ends[-1] is RunEnd.PAUSED:
        ends.append(bench.run.run())
    assert len(ends) == 12
    assert bench.outcome == whole.outcome


def test_a_connection_lost_at_any_exchange_changes_nothing(whole: Bench, parts: tuple[DevicePack, Backbone]) -> None:
    settings = replace(SETTINGS, steps=1, evaluate_every=1)
    expected = Bench(*parts, settings=settings)
    expected.run.run()
    for number in range(expected.cloud.exchanges):
        faults = {"cut_before": {number}} if number % 2 else {"cut_after": {number}}
        bench = Bench(*parts, settings=settings, cloud=TuningCloud(parts[1], **faults))
        assert bench.run.run() is RunEnd.DONE
        assert bench.cloud.connects == 2
        assert bench.outcome == expected.outcome, f"cut at exchange {number}"
        assert JobState.WAITING in {progress.state for progress in bench.heard}


def test_a_backend_that_stays_away_ends_the_run_and_nothing_is_lost(
    whole: Bench, parts: tuple[DevicePack, Backbone]
) -> None:
    bench = Bench(*parts, cloud=TuningCloud(parts[1], cut_before=set(range(60, 64))))
    with pytest.raises(ConnectionLost):
        bench.run.run()
    resumed = Bench(*parts)
    resumed.run.restore(bench.run.checkpoint())
    assert bench.run.run() is resumed.run.run() is RunEnd.DONE
    assert bench.outcome == resumed.outcome == whole.outcome


def test_traffic_and_time_are_added_up_over_processes(whole: Bench, parts: tuple[DevicePack, Backbone]) -> None:
    first = Bench(*parts)
    first.between = lambda: first.run.pause() if len(first.heard) > 5 else None
    first.run.run()
    second = Bench(*parts)
    second.run.restore(first.run.checkpoint())
    second.run.run()
    sent = first.cloud.totals(first.message).bytes_up + second.cloud.totals(second.message).bytes_up
    assert second.heard[-1].bytes_up == sent
    assert second.heard[-1].seconds > first.heard[-1].seconds > 0


def test_a_run_stopped_keeps_the_best_so_far(parts: tuple[DevicePack, Backbone]) -> None:
    bench = Bench(*parts)
    bench.between = lambda: bench.run.stop() if bench.heard and bench.heard[-1].step == 3 else None
    assert bench.run.run() is RunEnd.STOPPED
    assert [point.step for point in bench.heard[-1].evaluations] == [0, 2]
    assert bench.run.best and bench.run.best != bench.half.parameters()


def test_a_run_stopped_before_there_is_a_best_goes_on_until_there_is(
    whole: Bench, parts: tuple[DevicePack, Backbone]
) -> None:
    bench = Bench(*parts)
    bench.run.stop()
    assert bench.run.run() is RunEnd.STOPPED
    assert [point.step for point in bench.heard[-1].evaluations] == [0, 2]
    assert bench.heard[-1].evaluations == whole.heard[-1].evaluations[:2]
    assert Adapter.parse(bench.run.best, parts[0].facts).card.plan == MIXED


def test_a_pause_counts_before_the_run_too_and_can_be_taken_back(parts: tuple[DevicePack, Backbone]) -> None:
    bench = Bench(*parts, settings=replace(SETTINGS, steps=1, evaluate_every=1))
    bench.run.pause()
    assert bench.run.run() is RunEnd.PAUSED
    assert not bench.heard
    bench.run.pause()
    bench.run.go_on()
    assert bench.run.run() is RunEnd.DONE


def test_a_cancelled_run_breaks_off_and_can_be_taken_up(whole: Bench, parts: tuple[DevicePack, Backbone]) -> None:
    bench = Bench(*parts)
    bench.cloud.on_exchange = lambda number: bench.run.cancel() if number == 70 else None
    with pytest.raises(Cancelled):
        bench.run.run()
    resumed = Bench(*parts)
    resumed.run.restore(bench.run.checkpoint())
    resumed.run.run()
    assert resumed.outcome == whole.outcome


def test_no_gain_for_a_while_ends_it_and_the_best_is_what_is_kept(parts: tuple[DevicePack, Backbone]) -> None:
    settings = replace(SETTINGS, steps=50, evaluate_every=1, patience=2, learning_rate=3.0, head_learning_rate=1.0)
    bench = Bench(*parts, settings=settings)
    assert bench.run.run() is RunEnd.DONE
    evaluations = bench.heard[-1].evaluations
    best = min(evaluations, key=lambda point: point.loss)
    assert evaluations[-1].step == best.step + 2 < 50
    assert bench.run.best != bench.half.parameters()


def test_a_checkpoint_of_other_notes_or_damaged_is_refused(whole: Bench, parts: tuple[DevicePack, Backbone]) -> None:
    checkpoint = whole.run.checkpoint()
    other = Bench(*parts, data=replace(DATA, train=DATA.train[1:]))
    with pytest.raises(StoreDamaged):
        other.run.restore(checkpoint)
    for damaged in (b"", checkpoint[:-1], checkpoint[:40], b"X" + checkpoint, checkpoint + b"X"):
        with pytest.raises(StoreDamaged):
            Bench(*parts).run.restore(damaged)


def test_a_window_longer_than_the_backend_allows_is_said_in_words(parts: tuple[DevicePack, Backbone]) -> None:
    with pytest.raises(SettingsError) as caught:
        Bench(*parts, settings=replace(SETTINGS, window=65))
    assert "64" in caught.value.advice


def test_a_backend_that_does_not_train_is_said_in_words_but_a_head_part_needs_none(
    parts: tuple[DevicePack, Backbone],
) -> None:
    cloud = TuningCloud(parts[1])
    cloud.model = replace(cloud.model, tuning_rows=0)
    with pytest.raises(SettingsError, match="does not offer fine-tuning"):
        Bench(*parts, cloud=cloud)
    alone = Bench(*parts, cloud=cloud, settings=replace(SETTINGS, plan=ExchangePlan()))
    assert alone.run.run() is RunEnd.DONE
    assert alone.heard[-1].evaluations[-1].loss < alone.heard[-1].evaluations[0].loss


def test_rates_warm_up_and_follow_a_cosine() -> None:
    settings = replace(SETTINGS, steps=11, warmup_steps=1, final_rate=0.1)
    shares = [rate_share(settings, step) for step in range(11)]
    assert shares[0] == 0.5 and shares[1] == 1 and shares[6] == pytest.approx(0.55)
    assert shares[1:] == sorted(shares[1:], reverse=True) and 0.1 < shares[-1] < 0.15


@pytest.mark.parametrize("length", [2, 12, 30])
def test_scores_are_those_of_the_whole_model(
    length: int, tiny: Callable[..., Any], parts: tuple[DevicePack, Backbone], tmp_path: Path
) -> None:
    model, backbone = tiny("llama")
    cloud = TuningCloud(backbone, max_rows=64)
    half = TuningHalf(parts[0], None, state_dtype=Dtype.FP32, exchange_dtype=Dtype.FP32, compute_dtype=torch.float32)
    session = TuningSession(
        half, cloud.model, cloud.open_channel, RetryPolicy(list), print, lambda: None, window=40,
        message=new_message_id(),
    )  # fmt: skip
    session.max_rows = 7  # a window goes in several steps
    scorer = SessionScorer(session, half, end_tokens={END})
    ids = random_ids(model, length)
    expected = torch.nn.functional.cross_entropy(logits_of(model, ids)[:-1], ids[1:], reduction="none")
    session.connect()
    session.max_rows = 7
    torch.testing.assert_close(torch.tensor(scorer.losses(ids.tolist())), expected, atol=1e-4, rtol=1e-4)
    candidates = [5, 0, 9]
    nexts = -logits_of(model, ids)[-1].log_softmax(-1)[candidates]
    torch.testing.assert_close(torch.tensor(scorer.next_losses(ids.tolist(), candidates)), nexts, atol=1e-4, rtol=1e-4)
    continued = scorer.complete(ids.tolist(), 6)
    whole_ids = ids.tolist()
    for _ in range(6):
        whole_ids.append(int(logits_of(model, torch.tensor(whole_ids))[-1].argmax()))
        if whole_ids[-1] == END:
            whole_ids.pop()
            break
    session.close()
    assert continued == whole_ids[length:]


def test_the_time_left_has_the_tests_that_are_to_come_with_their_samples(
    parts: tuple[DevicePack, Backbone], monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 0.0
    monkeypatch.setattr(tuning_run, "time", SimpleNamespace(monotonic=lambda: now_s))
    bench = Bench(*parts, replace(SETTINGS, steps=5))  # tested at steps 0, 2, 4 and 5
    run = bench.run

    def takes(seconds: float, work: Callable[..., Any]) -> Callable[..., Any]:
        def slow(*values: Any) -> Any:
            nonlocal now_s
            now_s += seconds
            return work(*values)

        return slow

    monkeypatch.setattr(run._session, "train", takes(1.0, run._session.train))
    monkeypatch.setattr(run._scorer, "losses", takes(5.0, run._scorer.losses))
    assert run._sample_writer is not None
    monkeypatch.setattr(run._sample_writer, "write", takes(20.0, run._sample_writer.write))
    assert run.run() is RunEnd.DONE
    test_s = 5.0 * len(run._held_out) + 20.0
    left = {(told.step, len(told.evaluations)): told.seconds_left for told in bench.heard}  # as last told there
    assert left[0, 1] is None, "too little was timed"
    assert left[1, 1] == 7.0 + 3 * test_s
    assert left[2, 1] == 6.0 + 3 * test_s, "the one at step 2 is only beginning"
    assert left[2, 2] == 5.0 + 2 * test_s, "a window of the third step is done"
    assert left[4, 3] == 1.0 + test_s
    assert left[5, 4] == 0.0
