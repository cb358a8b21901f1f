"""A job on screen: what it does in words, the orders, trouble, the verdict, and a window that is closed meanwhile."""

from dataclasses import replace

from PySide6.QtCore import Qt

from app.core.tuning import JobOrder, JobState
from app.ui.preferences import Preferences
from app.ui.settings.window import SettingsWindow
from tests.gui.surfaces import until
from tests.gui.tuning.conftest import OpenHost, opened, read
from tests.sim.scripted_tuning import ScriptedTuning, progress


def test_a_run_is_told_in_words(open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, _ = opened(open_host, services, JobState.TRAINING)
    words = read(wizard)
    assert "Fine-tuning: Diary" in words
    assert "So far it predicts notes it never saw 22 % better." in words
    assert "Step 240 of 500, about 17 minutes left" in words
    assert "40 MB up, 30 MB down, 720 round trips" in words
    assert "you find it here" in words
    assert wizard.watch.sample.toPlainText().startswith("rose slowly")
    assert wizard.watch.bar.value() == 48


def test_while_nothing_is_measured_it_says_what_is_under_way(open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, job = opened(open_host, services, JobState.PREPARING, step=0)
    loading = replace(progress(JobState.PREPARING, 0), message="Loading the device's half of the model.")
    services.move(job.id, loading)
    until(lambda: wizard.watch.where.text() == "Preparing. Loading the device's half of the model.")
    judging = replace(progress(JobState.JUDGING), message="Asking both models general questions.")
    services.move(job.id, judging)
    until(lambda: wizard.watch.where.text() == "Making the result. Asking both models general questions.")
    services.move(job.id, replace(judging, message=""))
    until(lambda: wizard.watch.where.text() == "Making the result.")
    assert wizard.watch.notice.isHidden()


def test_pause_and_resume(open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, job = opened(open_host, services, JobState.TRAINING)
    wizard.watch.pause.click()
    until(lambda: wizard.watch.resume.isVisible())
    assert not wizard.watch.pause.isVisible()
    assert "goes on exactly where it stopped" in read(wizard)
    assert "you find it here" not in read(wizard), "it does not go on by itself"
    wizard.watch.resume.click()
    until(lambda: wizard.watch.pause.isVisible())
    assert services.orders == [(job.id, JobOrder.PAUSE), (job.id, JobOrder.RESUME)]


def test_stop_and_keep_the_best_leads_to_the_verdict(open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, job = opened(open_host, services, JobState.TRAINING)
    wizard.watch.keep.click()
    until(lambda: wizard.page is wizard.verdict)
    assert services.orders == [(job.id, JobOrder.KEEP_BEST)]


def test_before_the_first_test_there_is_no_best_to_keep(open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, _ = opened(open_host, services, JobState.TRAINING, step=10)
    assert not wizard.watch.keep.isEnabled()
    assert wizard.watch.pause.isEnabled()


def test_discard_asks_first_and_says_what_goes_and_what_stays(open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, job = opened(open_host, services, JobState.TRAINING)
    wizard.watch.discard.click()
    assert services.orders == []
    assert "Deleted: its copy of your notes" in wizard.watch.notice.text
    assert "Kept: your own files" in wizard.watch.notice.text
    wizard.watch.notice.action.click()
    until(lambda: wizard.page is wizard.jobs)
    assert services.orders == [(job.id, JobOrder.DISCARD)]
    until(lambda: "None yet" in read(wizard.jobs))


def test_trouble_has_its_message_advice_and_next_step(open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, job = opened(open_host, services, JobState.TRAINING)
    waiting = replace(progress(JobState.WAITING), message="The backend is gone.", advice="It is tried again.")
    services.move(job.id, waiting)
    until(lambda: "The backend is gone." in wizard.watch.notice.text)
    assert "It is tried again." in wizard.watch.notice.text
    assert wizard.watch.pause.isVisible()
    services.move(job.id, replace(progress(JobState.FAILED), message="Another model.", advice="Discard it."))
    until(lambda: "Another model." in wizard.watch.notice.text)
    assert "Discard it." in wizard.watch.notice.text
    wizard.watch.notice.action.click()
    until(lambda: wizard.watch.notice.isHidden() and wizard.watch.pause.isVisible())
    assert services.orders == [(job.id, JobOrder.RESUME)]


def test_a_damaged_job_can_only_be_discarded(open_host: OpenHost, services: ScriptedTuning) -> None:
    failed = replace(progress(JobState.FAILED, 0, 0), message="A file is damaged.", advice="Discard the job.")
    job = services.add("Soups", replace(failed, points=(), evaluations=(), sample=None))
    services.jobs_kept[job.id] = replace(job, is_damaged=True)
    host = open_host()
    until(lambda: host.desk.followed is not None)
    host.open_job()
    assert host.window is not None
    watch = host.window.watch
    assert "A file is damaged." in watch.notice.text
    assert watch.discard.isVisible() and watch.discard.isEnabled()
    for part in (watch.pause, watch.resume, watch.keep, watch.notice.action, watch.where, watch.curves, watch.facts):
        assert not part.isVisible(), "it would say what nobody knows"


def test_news_of_trouble_takes_the_place_of_old_ones_and_takes_no_question_away(
    open_host: OpenHost, services: ScriptedTuning
) -> None:
    wizard, job = opened(open_host, services, JobState.TRAINING)
    notice = wizard.watch.notice
    services.move(job.id, replace(progress(JobState.WAITING), message="The backend is gone.", advice="It is tried."))
    until(lambda: "The backend is gone." in notice.text)
    services.move(job.id, replace(progress(JobState.WAITING), message="The disk is full.", advice="Make room."))
    until(lambda: "The disk is full. Make room." in notice.text)
    services.move(job.id, replace(progress(JobState.TRAINING), message="It is not stored.", advice="Make room."))
    until(lambda: "It is not stored. Make room." in notice.text)
    wizard.watch.discard.click()
    assert "Discard this" in notice.text
    services.move(job.id, replace(progress(JobState.WAITING), message="The backend is gone.", advice="It is tried."))
    until(lambda: wizard.watch.job is not None and wizard.watch.job.progress.state is JobState.WAITING)
    assert "Discard this" in notice.text
    notice.dismiss()
    assert "The backend is gone." in notice.text


def test_closing_the_window_says_that_it_goes_on_and_the_line_opens_it_again(
    open_host: OpenHost, services: ScriptedTuning
) -> None:
    services.add("Diary", progress(JobState.TRAINING))
    host = open_host()
    page = host._main.page
    assert page is not None
    assert page.sidebar.tuning.whole == "Fine-tuning: 48 %"
    page.sidebar.tuning.click()
    assert host.window is not None
    host.window.close()
    assert "goes on" in page.toast.text
    assert not host.window.isVisible()
    page.sidebar.tuning.click()
    assert host.window.isVisible()
    assert host.window.page is host.window.watch


def test_a_new_start_finds_the_job(open_host: OpenHost, services: ScriptedTuning) -> None:
    first = open_host()
    page = first._main.page
    assert page is not None
    assert page.sidebar.tuning.isHidden()
    first.end()
    job = services.add("Diary", progress(JobState.TRAINING))
    again = open_host()
    page = again._main.page
    assert page is not None
    assert page.sidebar.tuning.isVisible()
    services.finish(job.id)
    again.desk.read_now()
    until(lambda: "is done" in page.toast.text)
    assert page.sidebar.tuning.whole == "Fine-tuning is done: see the result"
    page.toast.action.click()
    assert again.window is not None
    assert again.window.page is again.window.verdict


def test_trouble_is_still_said_when_the_window_comes_back(open_host: OpenHost, services: ScriptedTuning) -> None:
    job = services.add("Diary", progress(JobState.TRAINING))
    services.move(job.id, replace(job.progress, state=JobState.FAILED, message="Another model.", advice="Discard it."))
    host = open_host()
    host.open_job()
    assert host.window is not None
    host.window.watch.discard.click()
    assert "Discard this" in host.window.watch.notice.text
    host.window.watch.notice.close_button.click()
    assert "Another model." in host.window.watch.notice.text
    host.window.close()
    host.open_job()
    assert host.window.watch.notice.isVisible()
    assert "Another model." in host.window.watch.notice.text


def test_a_job_that_was_discarded_elsewhere_is_no_longer_shown(open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, job = opened(open_host, services, JobState.TRAINING)
    services.add("Other", progress(JobState.TRAINING))
    del services.jobs_kept[job.id]
    until(lambda: wizard.page is wizard.jobs)
    assert "Other" in read(wizard.jobs)
    assert "Diary" not in read(wizard.jobs)


def test_the_list_opens_each_job(open_host: OpenHost, services: ScriptedTuning) -> None:
    services.add("Old", progress(JobState.PAUSED))
    wizard, _ = opened(open_host, services, JobState.TRAINING)
    wizard.all_jobs.click()
    assert wizard.page is wizard.jobs
    words = read(wizard.jobs)
    assert words.index("Diary") < words.index("Old")
    assert "Paused: Step 240 of 500" in words
    wizard.jobs._rows["4567"].control.click()
    assert wizard.page is wizard.watch
    assert "Fine-tuning: Old" in read(wizard)
    wizard.all_jobs.click()
    services.move("4568", progress(JobState.TRAINING, 400))
    until(lambda: "Step 400 of 500" in read(wizard.jobs))
    wizard.next.click()
    assert wizard.page is wizard.notes


# ---------------------------------------------------------------- curves


def test_the_keyboard_goes_from_test_to_test(qtbot, open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, _ = opened(open_host, services, JobState.TRAINING)
    curves = wizard.watch.curves
    assert "best 2.96 at step 240" in curves.accessibleDescription()
    curves.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right):
        qtbot.keyClick(curves, key)
    assert curves.looked_at == 200
    assert curves.accessibleDescription().startswith("Step 200: learning 3.1")
    for _ in range(9):
        qtbot.keyClick(curves, Qt.Key.Key_Left)
    assert curves.looked_at == 0
    assert curves.accessibleDescription() == "Step 0: held back 3.20"


def test_the_settings_lead_to_it(qtbot, theme, preferences: Preferences, tmp_path) -> None:
    from app.storage.paths import DataFolder
    from app.storage.vault import DataVault
    from tests.gui.settings.conftest import CHEAP
    from tests.sim.keyrings import MemoryKeyring
    from tests.sim.scripted_settings import ScriptedSettings

    vault = DataVault(DataFolder(tmp_path / "data").create(), MemoryKeyring(), lambda: CHEAP)
    vault.open_without_asking()
    window = SettingsWindow(theme, preferences, vault, ScriptedSettings(tmp_path))
    try:
        window.show_page("adapters")
        with qtbot.waitSignal(window.tuning_requested):
            window.page("adapters").make.click()  # type: ignore[attr-defined]
    finally:
        window.end()
        window.deleteLater()
        vault.close()
