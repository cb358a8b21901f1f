"""Fine-tuning by clicks on the real model: from a dropped folder to a chat with the adapter.

What each screen says is read as a person reads it, and held against what was dropped, forecast, learned and measured.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl

from app.core.services import Report
from app.core.tuning import Basis, JobState, Preset, Probe, TuningSettings, Verdict
from app.core.tuning_services import Place
from app.domain.clearance import Purpose
from app.domain.conversation import Role
from app.domain.notes import NotesSet, SecretChoice
from app.privacy.ledger_format import read_entries, verify
from app.storage.paths import DataFolder
from app.ui.tuning.learned_page import LearnedPage
from app.ui.tuning.plan_page import PlanPage
from app.ui.tuning.verdict_page import VerdictPage
from tests.e2e.real_app import App, settle
from tests.gui.tuning.conftest import read

SENTENCES = (
    "The old mill by the river grinds rye on Mondays and wheat on Thursdays, and nobody remembers why.",
    "Ann wrote in the margin that the third bridge was closed after the flood of the last spring.",
    "Every loaf that leaves the oven before seven goes to the school on the hill, still warm.",
    "The miller's cat sleeps on the sacks and wakes when the wheel stops, whatever the hour.",
    "In autumn the road is full of carts, and nobody finds a place to turn before the market.",
    "The baker keeps a list of who paid with eggs, who with wood and who has not paid at all.",
    "A letter came from the coast with sand in its folds and a drawing of a boat without a sail.",
)


TRAINING_MS = 360_000  # it goes last where others compute
NOTES, CARD, MAIL = 8, "4111 1111 1111 1111", "anna@example.org"
UNITS = {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}


def write_notes(folder: Path) -> int:
    """Eight notes, of which one has a card's number and two a mail address; one of them twice, and two files without
    notes. Returns how many words there are to learn or to hold back."""
    folder.mkdir()
    words = 0
    for number in range(NOTES):
        chosen = [SENTENCES[(number * 3 + offset * offset) % len(SENTENCES)] for offset in range(6)]
        own = f"Entry {number} was written on day {number * 7 + 1} beside the window of room {number + 20}."
        text = f"# Day {number}\n\n{own}\n\n" + " ".join(chosen)
        if number == 3:
            text += f"\n\nThe flour is paid with the card {CARD}, as always."
        if number in (1, 5):
            text += f"\n\nOrders go to {MAIL} before noon."
        (folder / f"{number}.md").write_text(text)
        words += len(text.split())
    (folder / "again.md").write_text((folder / "2.md").read_text())
    (folder / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "empty.md").write_bytes(b"")
    return words


def check_learned(page: LearnedPage, words: int) -> list[str]:
    """Every count is that of the files that were dropped; the card is shown and left out. Returns the notes' texts."""
    counts = read(page.counts)
    sides = [
        [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", line)]
        for line in counts.splitlines()
        if line.startswith(("Learned:", "Held back"))
    ]
    assert len(sides) == 2, counts
    assert [sum(column) for column in zip(*sides, strict=True)] == [NOTES, words]
    assert f"{NOTES} notes, {words:,} words" in read(page)
    lines = page.reader.list.lines
    held = [line for line in lines if "held back" in line]
    assert [len(lines) - len(held), len(held)] == [side[0] for side in sides]
    secrets = read(page.secrets)
    assert "Payment cards: 1 found\nIn Day 3" in secrets
    assert "Mail addresses: 2 found\nIn Day 1, Day 5" in secrets
    assert {kind: choice.value for kind, choice in page.secret_choices.items()} == {
        "card": SecretChoice.REPLACE,
        "mail": SecretChoice.LEAVE,
    }
    dropped = read(page.dropped)
    assert "Empty\n1 file" in dropped
    assert "Not a kind of file that holds notes\n1 file" in dropped
    assert "1 place replaced" in dropped
    assert [line.split("/")[-1].split(":")[0] for line in page.left_out.files.lines] == ["empty.md", "scan.png"]
    (folded,) = page.left_out.folds.lines
    assert "again.md" in folded
    texts = []
    for row in range(len(lines)):
        page.reader.list.setCurrentIndex(page.reader.list.model().index(row, 0))
        texts.append(page.reader.text.toPlainText())
    assert not [text for text in texts if CARD in text]
    assert len([text for text in texts if "paid with the card" in text]) == 1
    assert len([text for text in texts if MAIL in text]) == 2
    return texts


def check_costs(page: PlanPage, asked: Sequence[TuningSettings], probes: Sequence[Probe]) -> None:
    """What each preset is said to cost is what the services have forecast for it."""
    assert len(asked) == len(probes) == len(Preset)
    for preset, settings, probe in zip(Preset, asked, probes, strict=True):
        words = page.cards[preset].facts.text()
        found = re.match(
            r"Estimated: (.+), then (.+) for the verdict\.\n"
            r"(.+) of memory, traffic (.+) up, (.+) down\.\n(.+) \((\d+) round trips? a token\)\.\n(.+)$",
            words,
        )
        assert found is not None, words
        run, verdict, memory, up, down, speed, trips, form = found.groups()
        for said, seconds in ((run, probe.seconds), (verdict, probe.verdict_seconds)):
            minutes = [max(1, int(number)) for number in re.findall(r"\d+", said)]
            assert minutes or (said == "less than a minute" and seconds[1] <= 30)
            for one, real in zip(minutes, seconds[-len(minutes) :], strict=False):
                assert one == pytest.approx(max(1.0, real / 60), abs=0.51)
        for said_bytes, real_bytes in ((memory, probe.memory_bytes), (up, probe.bytes_up), (down, probe.bytes_down)):
            number, unit = said_bytes.split()
            assert float(number.replace(",", "")) * UNITS[unit] == pytest.approx(real_bytes, rel=0.06)
        assert int(trips) == probe.round_trips == settings.plan.round_trips == (3 if preset is Preset.THOROUGH else 1)
        times = re.search(r"takes ([\d.]+) times as long", speed)
        assert (float(times[1]) if times else 1.0) == pytest.approx(max(1.0, probe.chat_slowdown), abs=0.06)
        assert "own open format" in form, "a tap that serves several layers has no form as an ordinary LoRA"


def check_verdict(page: VerdictPage, verdict: Verdict, steps: int) -> None:
    """The title and the sentence say what the numbers say."""
    is_tested, gain = verdict.basis is not Basis.TOO_LITTLE, verdict.gain
    has_helped = is_tested and gain.low > 0
    if verdict.memorised:
        title = "It knows 1 secret from your notes"
    elif is_tested and gain.high < 0:
        title = "It made things worse"
    elif verdict.general_gain.high < 0:
        title = "It lost some of what it could do"
    elif not is_tested:
        title = "It cannot be told whether it helped"
    else:
        title = "It helped" if has_helped else "This did not help"
    assert page.title == title
    sentence = page.sentence.text()
    assert f"loss {verdict.before.value:.2f} to {verdict.after.value:.2f} a token" in sentence
    percents = [round(100 * (1 - math.exp(-value))) for value in (gain.value, gain.low, gain.high)]
    if is_tested and gain.high < 0:
        said = f"{-percents[0]} % worse", f"interval {-percents[2]} to {-percents[1]} % worse"
    elif is_tested:
        said = "" if not has_helped else f"{percents[0]} % better", f"interval {percents[1]} to {percents[2]} % better"
    else:
        said = "which says nothing", ""
    assert all(words in sentence for words in said), (sentence, percents)
    assert f"step {verdict.kept_step}" in sentence or f"last step, {steps}," in sentence
    words = read(page)
    assert f"Tested on {verdict.held_out_notes} note" in words
    assert f"learned from {verdict.train_notes} notes" in words
    assert (verdict.secrets_found, verdict.secrets_tried) == (1, 1), "the card was replaced, the address left in"
    assert ("It knows 1 (1 was asked for)." if verdict.memorised else "None came out (1 was asked for).") in words
    before, after = (round(100 * share) for share in (verdict.general_before, verdict.general_after))
    assert f"{before} % right before, {after} % after" in words
    is_clean = has_helped and not verdict.memorised and verdict.general_gain.high >= 0
    assert page.use.isChecked() is is_clean


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_from_a_dropped_folder_to_a_chat_with_the_adapter(
    start_app: Callable[[], App], app_folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(settings: TuningSettings, preset: Preset, _tokens: int) -> TuningSettings:
        steps = 4 * (1 + list(Preset).index(preset))
        return replace(
            settings,
            steps=steps,
            window=48,
            sequences_per_step=1,
            evaluate_every=2,
            warmup_steps=1,
            evaluation_tokens=96,
        )

    monkeypatch.setattr("app.main.tuning.for_notes", short)
    notes = tmp_path / "Diary"
    words = write_notes(notes)
    settle(app_folder)
    app = start_app()
    app.ready()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(notes))])
    page = app.window.page
    assert page is not None
    page.composer.input.insertFromMimeData(data)
    page.toast.action.click()
    host = app.session.extras.tuning
    assert host is not None
    wizard = host.window
    assert wizard is not None
    assert wizard.page is wizard.notes
    wizard.next.click()
    app.until(lambda: wizard.page is wizard.learned and wizard.next.isEnabled())
    shown = check_learned(wizard.learned, words)
    tried: list[tuple[Sequence[TuningSettings], Sequence[Probe]]] = []
    probe = app.desktop.tuning.probe

    def noted_probe(
        place: Place, notes: NotesSet, settings: Sequence[TuningSettings], report: Report
    ) -> Sequence[Probe]:
        tried.append((settings, probe(place, notes, settings, report)))
        return tried[-1][1]

    monkeypatch.setattr(app.desktop.tuning, "probe", noted_probe)
    wizard.next.click()
    app.until(lambda: wizard.page is wizard.plan and wizard.next.isEnabled())
    ((asked, forecasts),) = tried
    check_costs(wizard.plan, asked, forecasts)
    wizard.plan.cards[Preset.QUICK].click()
    wizard.next.click()
    app.until(lambda: wizard.page is wizard.watch)
    (job,) = app.desktop.tuning.jobs()
    stored = app.desktop.tuning._jobs.record(job.id).notes()
    assert sorted(note.text for note in (*stored.train, *stored.held_out)) == sorted(shown)
    over = JobState.FINISHED, JobState.FAILED
    app.until(lambda: app.desktop.tuning.job(job.id).progress.state in over, TRAINING_MS)
    done = app.desktop.tuning.job(job.id)
    assert done.progress.state is JobState.FINISHED, done.progress
    assert [point.step for point in done.progress.evaluations] == [0, 2, 4]
    app.until(lambda: wizard.page is wizard.verdict)
    assert done.verdict is not None
    check_verdict(wizard.verdict, done.verdict, 4)
    wizard.verdict.name.setText("Like my diary")
    wizard.verdict.use.setChecked(True)  # four steps need not have helped
    wizard.verdict.keep.click()
    app.until(lambda: wizard.page is wizard.jobs)
    used = app.preferences.settings.adapter
    assert used is not None
    assert Path(used).parent == app_folder.adapters
    left = {path.name for path in app_folder.tuning.rglob("*") if path.is_file()}
    assert left == {"ledger.nhl", "name.kept"}, "the copy of the notes is gone with the job, what left is on record"
    (ledger,) = app.desktop.panel.job_ledgers()
    assert (ledger.job, ledger.name) == (job.id, "Diary")
    entries = list(read_entries(ledger.path))
    assert verify(ledger.path).is_good
    assert sum(entry.wire_bytes for entry in entries if entry.purpose == Purpose.TUNE) > 100_000
    app.ready()
    app.send("What does the mill do on Mondays?")
    assert [turn.message.role for turn in app.turns] == [Role.USER, Role.ASSISTANT]
    reply = app.turns[-1].message
    assert reply.text
    assert app.library._writer is not None
    assert app.library._writer.adapter is not None
    assert app.library._writer.adapter.file == Path(used).name
    app.until(lambda: not app.desktop.tuning.jobs() and not app.desktop.tuning._starter._started)  # its process too
    app.leave()
