"""Split training of the real model over a real socket: it learns, and no lost connection changes what it learns."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.tuning import JobState
from app.core.tuning_run import RunEnd
from tests.sim.backend_process import ROOT, BackendProcess
from tests.sim.faulty_proxy import Faults, FaultyProxy
from tests.sim.tuning_bench import TuningBench

TEXT = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
PARTS = [TEXT[start : start + 700] for start in range(0, 4200, 700)]


@pytest.fixture
def backend(smollm2_folder: Path, tmp_path: Path) -> Iterator[BackendProcess]:
    with BackendProcess(smollm2_folder, tmp_path / "backend", "--threads", "1") as backend:
        yield backend


Open = Callable[[str], TuningBench]


@pytest.fixture
def open_bench(backend: BackendProcess, tmp_path: Path) -> Iterator[Open]:
    opened: list[TuningBench] = []

    def make(url: str) -> TuningBench:
        opened.append(TuningBench(url, backend.token, tmp_path / "home", PARTS[:-1], PARTS[-1:]))
        return opened[-1]

    yield make
    for bench in opened:
        bench.close()


def test_loss_falls_and_a_killed_backend_or_a_cut_socket_changes_nothing(
    backend: BackendProcess, open_bench: Open
) -> None:
    whole = open_bench(backend.url)
    assert whole.run.run() is RunEnd.DONE
    last = whole.heard[-1]
    assert last.evaluations[-1].loss < last.evaluations[0].loss - 0.03  # measured: 5.55, then 5.45
    assert last.sample is not None and last.sample.text
    whole.close()

    with FaultyProxy(backend.port, Faults(cut_after_up=last.bytes_up // 3, cuts=4)) as proxy:
        cut = open_bench(proxy.url)
        cut.between = lambda: cut.run.pause() if cut.heard and cut.heard[-1].step == 3 else None  # type: ignore[method-assign]
        assert cut.run.run() is RunEnd.PAUSED
        cut.close()
    assert JobState.WAITING in {progress.state for progress in cut.heard}
    backend.kill()
    backend.start()

    resumed = open_bench(backend.url)
    resumed.run.restore(cut.run.checkpoint())
    assert resumed.run.run() is RunEnd.DONE
    ended = resumed.heard[-1]
    assert (ended.points, ended.evaluations, ended.sample) == (last.points, last.evaluations, last.sample)
    assert resumed.half.state() == whole.half.state()
    assert resumed.run.best == whole.run.best
