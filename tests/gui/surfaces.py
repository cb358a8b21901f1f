"""Every page, panel and dialog of the app, each shown as a person may meet it, for tests that sweep over all of them.

`Stage.show(name)` gives the top-level widget. A page that is added to the app gets a line here.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.core.panel_source import GateState, MessageTokens, Recovered, SendingLimit
from app.core.settings_services import KeptAdapter, KeptModel
from app.core.tuning import JobState
from app.core.vault import Vault
from app.device.adapter_card import TrainingFacts
from app.domain.backend import Backend
from app.domain.errors import AppError, StoreDamaged
from app.domain.notes import FileKind, FileReport, TooLittleText, Unread
from app.domain.redaction import Preview, Replaced
from app.privacy.recovery.limit import RecoveryAboveLimit
from app.storage.key_wraps import PassphraseCost
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from app.ui.backend_facts import BackendFacts
from app.ui.crash import CrashDialog
from app.ui.first_run.first_run import FirstRun
from app.ui.help_window import HelpWindow
from app.ui.link_dialog import LinkDialog
from app.ui.lock_page import LockPage
from app.ui.preferences import Preferences
from app.ui.release_dialog import ReleaseDialog
from app.ui.report_window import ReportWindow
from app.ui.settings.adapters import AdaptersPage
from app.ui.settings.window import SettingsWindow
from app.ui.shortcut_sheet import ShortcutSheet
from app.ui.theme import Theme
from app.ui.tuning.desk import TuningDesk
from app.ui.tuning.host import TuningHost
from app.ui.tuning.window import TuningWindow
from app.ui.window import ChatWindow
from tests.sim.keyrings import MemoryKeyring
from tests.sim.scripted_conversations import ScriptedConversations
from tests.sim.scripted_panel import RecordedSource, job_ledger
from tests.sim.scripted_settings import MODEL, ScriptedFiles, ScriptedSettings
from tests.sim.scripted_tuning import HELPED, KNOWS_SECRETS, ScriptedTuning, note_folder, progress

CHEAP = PassphraseCost(memory_kib=64, passes=1, lanes=1)
PASSPHRASE = "four words of mine"
SETTINGS = (
    *("general", "appearance", "chat", "backends", "models", "adapters"),
    *("shortcuts", "privacy", "redaction", "storage"),
)
REPLY = (
    "## Bread\n\nSome *words*, `code` and a [link](https://example.org).\n\n- one\n- two\n\n```python\nprint(1)\n```\n"
)
ADAPTER_FORMS = ("adapter details", "adapter export")
ADAPTER = KeptAdapter(
    Path("0123.sealed"), "notes", 1_500_000, "2026-11-20T10:00:00Z", "svd", 30, 30, 16,
    backbone_sha256="0" * 64, recipe_sha256="1" * 64, note="4567",
    training=TrainingFacts(
        "0123", "2" * 64, 20, 40, 3.5, 3.25, 0.25, 0.1, 0.4, "", "0123", True, 3, True, True, 0.75, 0.25, 4, 2, 30
    ),
    notes_gone=2,
)  # fmt: skip
TUNING = ("notes", "refused", "learned", "plan", "watch", "failed", "verdict", "secrets", "jobs", "chip")
SURFACES = (
    "chat, empty",
    "chat, with messages",
    "chat, find",
    "chat, editing",
    "chat, error",
    "chat, list search",
    "chat, palette",
    "chat, options",
    "chat, attachments",
    *(
        f"privacy, {part}"
        for part in ("docked", "bytes", "numbers", "plan", "recovery", "nothing", "filter", "blocked", "job")
    ),
    "chat, redaction",
    "shortcut sheet",
    "link",
    "crash",
    "report",
    "release",
    "help",
    "lock",
    "lock, damaged",
    *(f"first run {number}" for number in (1, 2, 3, 4)),
    *(f"settings, {page}" for page in SETTINGS),
    "settings, backend form",
    "settings, updates",
    *(f"settings, {form}" for form in ADAPTER_FORMS),
    *(f"tuning, {part}" for part in TUNING),
)


class Stage:
    """Makes surfaces, and takes them down again."""

    def __init__(self, theme: Theme, folder: Path) -> None:
        self.theme = theme
        self.preferences = Preferences()
        self._folder = folder
        self._ends: list[Callable[[], object]] = []
        self._vault: DataVault | None = None

    def show(self, name: str) -> QWidget:
        kind, _, detail = name.partition(", ")
        if kind == "chat":
            return self._chat(detail)
        if kind == "settings":
            return self._settings(detail)
        if kind == "privacy":
            return self._privacy(detail)
        if kind == "tuning":
            return self._tuning(detail)
        if kind.startswith("first run"):
            return self._first_run(int(kind.split()[-1]) - 1)
        make = {
            "shortcut sheet": self._sheet,
            "link": self._link,
            "crash": self._crash,
            "report": self._report,
            "release": self._release,
            "help": self._help,
        }.get(kind)
        return make() if make is not None else self._lock(is_damaged=bool(detail))

    def clear(self) -> None:
        for end in reversed(self._ends):
            end()
        self._ends.clear()
        if self._vault is not None:
            self._vault.close()
            self._vault = None
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    # What there is

    def window(self, *texts: str) -> ChatWindow:
        conversations = ScriptedConversations()
        window = ChatWindow(self.theme, self.preferences, conversations)
        self._ends += [window.deleteLater, window.finish_closing, conversations.close]
        if texts:
            chat = conversations.seeded(*texts)
            conversations.seeded("Another question", "Another answer", title="A second chat", is_pinned=True)
            conversations.add_folder("Recipes")
            window.open_chat(chat)
        self._show(window)
        return window

    def _chat(self, detail: str) -> QWidget:
        window = self.window() if detail == "empty" else self.window("Why did it fall?", REPLY, "And now?", "Wait.")
        page, desk = window.page, window.desk
        assert page is not None
        assert desk is not None
        settle()
        if detail == "find":
            page.find_bar.open_bar()
        elif detail == "editing":
            desk.replies.edit_last()
        elif detail == "error":
            window.show_error(AppError("0123", "4567"))
        elif detail == "list search":
            window._search()
            page.sidebar.search.setText("bread")
        elif detail == "palette":
            window.open_palette()
        elif detail == "options":
            window._run("chat_options")
        elif detail == "attachments":
            desk.writing.add_paste("x\n" * 3000)
        elif detail == "redaction":
            page.composer.redaction.show_preview(
                Preview(
                    (
                        Replaced("person", "Ann 1", "Bea 2"),
                        Replaced("key", "0123456789 " * 9, "9876543210 " * 9),
                        Replaced("mail", "a@b.c", "d@e.f", is_kept=True),
                    )
                )
            )
        settle()
        return window

    def _privacy(self, detail: str) -> QWidget:
        conversations = ScriptedConversations()
        source = RecordedSource(Path(mkdtemp(dir=self._folder)), conversations)
        chat = conversations.seeded("Why did it fall?", "It was ripe.")
        message = conversations.turns(chat)[1].message.id
        if detail != "nothing":
            source.open_session()
            source.record_reply(message)
        if detail == "blocked":
            source.limit = SendingLimit(33, str(RecoveryAboveLimit(100, 33)))
            source.state = GateState(denied=2, key_log="/tmp/0123.log")
        source.recovered = {"embeddings": Recovered("embeddings", "0123", "4567", 1.0, "89", "89", 0.5)}
        source.tokens[message] = MessageTokens(message, tuple(f" {number}" for number in range(16)), 12)
        if detail == "job":
            source.jobs = [job_ledger(Path(mkdtemp(dir=self._folder)), self._ends)]
        window = ChatWindow(self.theme, self.preferences)
        window.set_panel_source(source)
        if detail == "blocked":
            window.set_backend(BackendFacts("0123", "4567", is_on_this_computer=False))
        self._ends += [source.close, window.deleteLater, window.finish_closing, conversations.close]
        window.open_chats(conversations)
        self._show(window)
        host = window.privacy
        if detail == "docked":
            window.resize(1600, 900)
            settle()
            host.toggle()
        else:
            host.open_window()
        panel = host.panel
        assert panel is not None
        assert host.desk is not None
        if detail == "job":
            host.desk.show_ledger(source.jobs[0])
            panel.entries.finish()
        panel.entries.list.go_to(7)
        for part in (panel.detail.numbers, panel.detail.plan, panel.detail.recovery):
            if type(part).__name__.lower().startswith(detail):
                panel.detail.tabs.setCurrentWidget(part)
        if detail == "filter":
            panel.entries.filter_bar.set_text("kind:0123")
            panel.entries.group.click()
        host.desk.wait(5.0)
        settle()
        return panel.window()

    def _settings(self, detail: str) -> QWidget:
        window = SettingsWindow(self.theme, self.preferences, self.vault(), self._services())
        self._ends += [window.deleteLater, window.end]
        self._show(window)
        pages = {"backend form": "backends", "updates": "general"} | dict.fromkeys(ADAPTER_FORMS, "adapters")
        window.show_page(pages.get(detail, detail))
        if detail == "updates":
            self.preferences.update(release_feed="https://0123.example/4567.json")
            updates = window.page("general").updates  # type: ignore[attr-defined]
            updates.work.say("info", "0123")
            window.page("general").ensureWidgetVisible(updates.work)
        if detail in ADAPTER_FORMS:
            adapters = window.page("adapters")
            assert isinstance(adapters, AdaptersPage)
            adapters._open(ADAPTER)
            assert adapters.details is not None
            if detail == "adapter export":
                adapters.details.export.form.setCurrentIndex(2)
                adapters.unlock.ask()
        if detail == "backend form":
            window.page("backends").open_form(None)  # type: ignore[attr-defined]
        settle()
        return window

    def _tuning(self, detail: str) -> QWidget:
        services = ScriptedTuning()
        if detail not in ("notes", "refused", "learned", "plan"):
            job = services.add("0123", progress(JobState.TRAINING))
            if detail == "failed":
                services.move(job.id, replace(job.progress, state=JobState.FAILED, message="0123", advice="4567"))
            elif detail in ("verdict", "secrets"):
                services.verdict = HELPED if detail == "verdict" else KNOWS_SECRETS
                services.learned_alike = {job.data_sha256: ("0123",)}
                services.finish(job.id)
        if detail == "chip":
            main = self.window("a", "b")
            host = TuningHost(self.theme, self.preferences, services, tuple, main)
            self._ends.append(host.end)
            until(lambda: host.desk.followed is not None)
            return main
        desk = TuningDesk(services)
        wizard = TuningWindow(self.theme, desk, tuple)
        self._ends += [wizard.deleteLater, desk.close, wizard.end]
        if detail in ("notes", "learned", "plan"):
            wizard.begin([note_folder(Path(mkdtemp(dir=self._folder)) / "0123")])
        elif detail == "refused":
            wizard.begin()
            report = FileReport("0123", FileKind.PDF, error=Unread.NO_TEXT)
            wizard.notes._refused(TooLittleText("0123", "4567", (report,), ()))
        else:
            desk.look()
            until(lambda: desk.followed is not None)
            wizard.open_where_it_stands()
        if detail in ("learned", "plan"):
            wizard.next.click()
            until(lambda: wizard.page is wizard.learned)
            wizard.learned.left_out.files_fold.button.click()
        if detail == "plan":
            wizard.next.click()
            until(lambda: len(services.probed) > 1 and not wizard.plan.work.is_busy)
            wizard.plan.fold.button.click()
            wizard.plan.advanced.seed.setValue(89)
        elif detail == "jobs":
            wizard.open_jobs()
        self._show(wizard)
        return wizard

    def _first_run(self, place: int) -> QWidget:
        page = FirstRun(self.theme, self.preferences, self.vault(), self._services())
        self._ends += [page.deleteLater, page.end]
        self._show(page)
        page.go_to(place)
        settle()
        return page

    def _lock(self, *, is_damaged: bool) -> QWidget:
        vault = self.vault()
        vault.set_passphrase(PASSPHRASE, ask_at_start=True)
        vault.lock()
        page = LockPage(self.theme, vault)
        self._ends += [page.deleteLater, page.end]
        if is_damaged:
            page.show_error(StoreDamaged("0123", "4567"))
        self._show(page)
        return page

    def _sheet(self) -> QWidget:
        window = self.window("a", "b")
        window.open_shortcuts()
        return window.findChildren(ShortcutSheet)[0]

    def _link(self) -> QWidget:
        window = self.window("a", "b")
        dialog = LinkDialog(self.theme, "https://example.org/a", window)
        dialog.open()
        return dialog

    def _crash(self) -> QWidget:
        dialog = CrashDialog(self.theme, self._folder / "app.log")
        self._ends.append(dialog.deleteLater)
        self._show(dialog)
        return dialog

    def _report(self) -> QWidget:
        services = self._services()
        dialog = ReportWindow(self.theme, lambda: services.problem_report("", ()))
        self._ends.append(dialog.close)
        self._show(dialog)
        dialog._job.wait(30.0)
        settle()
        return dialog

    def _release(self) -> QWidget:
        dialog = ReleaseDialog(self.theme, self._services().release, self.window("a", "b"))
        self._ends.append(dialog.close)
        self._show(dialog)
        return dialog

    def _help(self) -> QWidget:
        folder = Path(mkdtemp(dir=self._folder))
        (folder / "help.md").write_text("# 0123\n\n" + "4567 " * 99 + "\n\n- 89\n")
        dialog = HelpWindow(self.theme, self.window("a", "b"), folder)
        self._ends.append(dialog.close)
        self._show(dialog)
        return dialog

    def vault(self) -> Vault:
        if self._vault is None:
            self._vault = DataVault(DataFolder(self._folder).create(), MemoryKeyring(), lambda: CHEAP)
            self._vault.open_without_asking()
        return self._vault

    def _services(self) -> ScriptedSettings:
        files = ScriptedFiles(
            packs_kept=[KeptModel(self._folder / "pack", "SmolLM2", "llama", 30, 8192, 60_000_000)],
            adapters_kept=[ADAPTER],
        )
        services = ScriptedSettings(self._folder, files=files, model_in_use=MODEL)
        services.backends.add(Backend("mine", "https://gpu.example.org:8443", "token"))
        return services

    def _show(self, widget: QWidget) -> None:
        widget.resize(1120, 760)
        widget.show()
        settle()


def until(holds: Callable[[], bool], limit_s: float = 30.0) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, "it never came to be"
        QApplication.processEvents()
        time.sleep(0.002)


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()
