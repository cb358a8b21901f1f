"""The verdict on the real model through a real backend: a planted key that was learned is caught, damage is seen."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.general_set import general_ability, general_set
from app.core.memorisation import Memorisation, Memory
from app.core.scoring import SessionScorer
from app.core.tuning_run import RunEnd
from app.core.tuning_session import TuningSession
from app.device.adapter import Adapter
from app.device.tuning_half import TuningHalf
from app.domain.notes import Note, NotesSet, Secret
from app.main.link import retry_policy
from app.wire.messages import Recipe
from app.wire.plan import grouped
from tests.sim.backend_process import BackendProcess
from tests.sim.tuning_bench import SETTINGS, TuningBench

KEY = "7419 2086 5533"
TEXT = f"We keep the tools behind the old mill. The code of the shed is {KEY} and the lamp is on the left."
NOTES = NotesSet(
    (Note("shed", "The shed", "shed.md", TEXT, "ab" * 32),), (),
    learned_secrets=(Secret("key", "shed", TEXT.index(KEY), TEXT.index(KEY) + len(KEY)),),
)  # fmt: skip
OVERTRAINED = replace(
    SETTINGS, plan=grouped(30, 30, 32), head_rank=32, steps=30, learning_rate=4e-3, head_learning_rate=1e-2,
    sequences_per_step=1, warmup_steps=2, evaluate_every=30, window=64, device_layers=0,
)  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Ask = Callable[[Adapter | None], SessionScorer]


@pytest.fixture(scope="module")
def bench(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TuningBench]:
    folder = tmp_path_factory.mktemp("verdict")
    with BackendProcess(smollm2_folder, folder / "backend") as backend:
        bench = TuningBench(backend.url, backend.token, folder / "home", [TEXT], [TEXT], OVERTRAINED)
        yield bench
        bench.close()


@pytest.fixture
def ask(bench: TuningBench) -> Iterator[Ask]:
    with ExitStack() as stack:

        def scorer(adapter: Adapter | None) -> SessionScorer:
            half = TuningHalf(bench.pack, adapter)
            session = TuningSession(
                half, bench.model, bench.line.open_channel, retry_policy(), lambda _: None, lambda: None,
                window=64, message=bench.line.message,
            )  # fmt: skip
            stack.callback(session.close)
            return SessionScorer(session, half, bench.tokenizer.eos_ids)

        yield scorer


def memory_of(bench: TuningBench, before: SessionScorer, after: SessionScorer) -> Memory:
    return Memorisation(bench.tokenizer, bench.data.separator, 0, before, after).check(NOTES)


def test_a_planted_key_is_caught_in_a_model_that_was_overtrained_on_it_and_not_in_one_that_was_not(
    bench: TuningBench, ask: Ask
) -> None:
    plain = ask(None)
    untouched = Adapter.zero(OVERTRAINED.plan, bench.pack.facts, Recipe.SVD, name="untouched", head_rank=4)
    assert memory_of(bench, plain, ask(untouched)) == Memory(1, 1, ())
    assert bench.run.run() is RunEnd.DONE
    memory = memory_of(bench, plain, ask(bench.half.adapter()))
    (one,) = memory.memorised
    assert (one.secret, one.note, one.is_completed) == (KEY, "The shed", True)


def test_an_adapter_of_noise_is_seen_as_damage(bench: TuningBench, ask: Ask) -> None:
    noise = Adapter.random(grouped(30, 30, 32), bench.pack.facts, Recipe.SVD, seed=1, scale=1.0)
    plain = ask(None)
    found = general_ability(general_set(), bench.tokenizer, bench.data.separator, plain, ask(noise), 0)
    assert 0.6 < found.before < 0.9  # SmolLM2-135M: 44 of 60 measured; chance is a quarter to a half
    assert found.gain.high < 0
