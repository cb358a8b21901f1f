"""From a finished job into the library, and back to the notes it learned from."""

from pathlib import Path

from app.core.kept_files import FilesOnDisk
from app.core.memory_store import MemoryStore
from app.core.notes import NotesChoices, NotesReader
from app.core.settings_services import Stale, stale
from app.core.tuning import Interval, JobProgress, JobState, Preset, TuningSettings, Verdict
from app.core.tuning_jobs import BEST, JobsOnDisk
from app.core.tuning_services import Place
from app.domain.notes import NotesSet
from app.main.tuning import LocalTuning
from app.storage.paths import DataFolder
from app.wire.messages import Recipe
from app.wire.plan import grouped
from tests.unit.core.test_adapters import KEY, MODEL, adapter_bytes

NOTE = "# {0}\n\nThis is about {0}, and about nothing but {0}: how it is made, and who likes it.\n"
VERDICT = Verdict(Interval(3.5, 3, 4), Interval(3, 2.5, 3.5), Interval(0.5, 0.25, 0.75), 20, 40, None, 0.5, 0.5, 0)
SETTINGS = TuningSettings(grouped(6, 2, 4), Recipe.SVD, 2, 40, 5e-3, 5e-3)


def test_what_a_job_learned_stands_on_the_card_and_a_note_deleted_later_marks_it(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    for number in range(12):
        (notes / f"{number}.md").write_text(NOTE.format(f"soup number {number} " * 20), encoding="utf-8")
    reader = NotesReader()
    reader.add([notes])
    learned = NotesSet(reader.notes[:8], reader.notes[8:], data_hash="12" * 32)

    folder = DataFolder(tmp_path / "home").create()
    files = FilesOnDisk(folder, lambda: KEY)

    def no_link(*_: object) -> object:
        raise AssertionError("nothing is asked of a backend here")

    tuning = LocalTuning(folder, lambda: KEY, lambda: Place(None, None), no_link, MemoryStore, files)  # type: ignore[arg-type]
    jobs = JobsOnDisk(folder.tuning, lambda: KEY, lambda _: None)
    job = jobs.create("Soups", None, "tiny", learned, SETTINGS, Preset.QUICK)
    record = jobs.record(job.id)
    record.write_verdict(VERDICT)
    record.write_progress(JobProgress(JobState.FINISHED, 40))
    record.files.write(BEST, adapter_bytes(name="as the trainer called it"))

    path = tuning.keep_adapter(job.id, "Soups")
    assert tuning.jobs() == []
    (kept,) = files.adapters()
    assert (kept.path, kept.name) == (path, "Soups")
    facts = kept.training
    assert facts is not None and facts.has_helped and facts.preset == "quick"
    assert (facts.data_sha256, facts.kept_step, facts.notes) == ("12" * 32, 20, 8)
    assert (tuning.learned_from("12" * 32), tuning.learned_from("34" * 32)) == (["Soups"], [])

    def marks() -> tuple[Stale, ...]:
        """As the wizard finds them when it reads the folder again."""
        tuning.forget_notes()
        tuning.read_notes([notes], (), NotesChoices(secrets={}), lambda _: None)
        return stale(files.adapters()[0], MODEL)

    assert marks() == ()
    gone = notes / learned.train[0].source.split("/")[-1]
    gone.unlink()
    assert files.look_for_notes()
    assert stale(files.adapters()[0], MODEL) == (Stale.NOTES,) == marks()
    assert (files.adapters()[0].notes_gone, files.adapters()[0].training) == (1, facts)
