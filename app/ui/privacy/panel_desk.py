"""Joins the chats, the gate and the privacy panel: what is under way, which message was the last, what was measured.

Only GUI thread; what is slow runs in jobs. The panel is made when it is first asked for; while it is hidden nothing is
read, filtered or measured. `forget` (the lock) drops the feed with every view of it.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from threading import Event as Flag
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.events import ChatsChanged, Event, LinkChanged, LinkState, MessageAdded, ReplyEnded, Role
from app.core.panel_source import GateState, MessageTokens, PanelSource, Recovered
from app.core.ports import Conversations
from app.core.tuning_ledgers import JobLedger
from app.domain.clearance import NotCleared
from app.domain.errors import AppError, Cancelled, LedgerError
from app.domain.ids import NO_MESSAGE, ChatId, MessageId
from app.ui.backend_facts import BackendFacts
from app.ui.bridge import Bridge
from app.ui.job import Job
from app.ui.privacy.standing import LastMessage, Light, Measuring
from app.ui.sentences import in_words
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.core.panel_feed import PanelFeed
    from app.ui.privacy.entry_actions import EntryActions
    from app.ui.privacy.panel import PrivacyPanel

LIVE_MS = 33  # at most 30 times a second
LEDGERS_EVERY_S = 2.0  # looked for while the panel is shown
SHARE = 100  # of this many parts of the window's time, following a reply may take one


class PanelDesk(QObject):
    chat_requested = Signal(object, object)  # ChatId, MessageId
    own_backend_requested = Signal()
    redaction_requested = Signal(bool)  # for the chat on show
    export_requested = Signal(object)  # the JobLedger on show; None: the app's own
    failed = Signal(object)  # AppError
    said = Signal(str)  # a short word for the person

    def __init__(
        self, theme: Theme, source: PanelSource, conversations: Conversations, link: LinkState, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._theme, self._source, self._conversations = theme, source, conversations
        self._link, self._blocked = link, ""
        self._facts = BackendFacts()
        self._chat: ChatId | None = None
        self._feed: PanelFeed | None = None
        self._is_forgotten = False
        self._last = LastMessage()
        self._told: object = None  # of the gate and the limit
        self._measured: MessageId = NO_MESSAGE  # the message that `_last` speaks of
        self._job: Job | None = None
        self._wanted: list[str] = []  # attacks that are still to be run
        self._is_due = False  # the last message is to be measured when the job under way ends
        self._cancelled = Flag()
        self._tokens_job: Job | None = None
        self.panel: PrivacyPanel | None = None
        self._actions: EntryActions | None = None
        self._live = QTimer(self, singleShot=True)
        self._painted_s = self._looked_s = 0.0
        self._live.timeout.connect(self._tick)
        self.bridge = Bridge(self)
        self.bridge.delivered.connect(self.receive)
        conversations.subscribe(self.bridge.post)

    # The panel

    def make_panel(self) -> "PrivacyPanel":
        if self.panel is None:
            from app.ui.privacy.entry_actions import EntryActions
            from app.ui.privacy.panel import PrivacyPanel

            panel = self.panel = PrivacyPanel(self._theme)
            actions = self._actions = EntryActions(self._theme, panel, lambda: self._feed, self)
            actions.chat_requested.connect(self.chat_requested)
            actions.failed.connect(self.failed)
            actions.said.connect(self.said)
            panel.summary.own_backend_requested.connect(self.own_backend_requested)
            panel.summary.redaction_requested.connect(self.redaction_requested)
            panel.summary.measure_requested.connect(self.measure_all)
            panel.summary.end_keys_requested.connect(self._end_keys)
            panel.summary.limit_chosen.connect(self._limit)
            panel.entries.ledger.chosen.connect(self.show_ledger)
            panel.export_requested.connect(lambda: self.export_requested.emit(self.job))
        return self.panel

    def set_shown(self, is_shown: bool) -> None:
        """The panel can be seen, or no longer."""
        if not is_shown or self._is_forgotten:
            self._live.stop()
            return
        if self._feed is None:
            from app.core.panel_feed import PanelFeed

            self._feed = PanelFeed(self._source)
            self._feed.chat = self._chat
            self.make_panel().set_feed(self._feed)
        self._looked_s = 0.0
        self._tick()
        self._measure_if_new()

    def show_ledger(self, job: JobLedger | None) -> None:
        """The app's own (None), or that of a fine-tuning job."""
        if self._feed is None or self.panel is None or (job is None and self._feed.job is None):
            return
        from app.core.panel_feed import PanelFeed

        self.cancel()
        self._feed = PanelFeed(self._source, job)
        self._feed.chat = self._chat
        self._last, self._measured = LastMessage(), NO_MESSAGE
        self.panel.detail.set_tokens(None)
        self.panel.set_feed(self._feed)
        self.panel.entries.ledger.show_jobs(self._source.job_ledgers(), job)
        self._show()
        self._measure_if_new()

    def _look_for_ledgers(self, panel: "PrivacyPanel") -> None:
        now_s = time.monotonic()
        if self._looked_s and now_s - self._looked_s < LEDGERS_EVERY_S:
            return
        self._looked_s = now_s
        jobs = self._source.job_ledgers()
        if self.job is not None and self.job.path not in [one.path for one in jobs]:
            self.show_ledger(None)  # the job was discarded, and its ledger with it
        panel.entries.ledger.show_jobs(jobs, self.job)

    def set_chat(self, chat: ChatId | None) -> None:
        """The chat on show, which `chat:this` means."""
        self._chat = chat
        if self._feed is not None:
            self._feed.chat = chat
            self._show()

    def set_backend(self, facts: BackendFacts) -> None:
        self._facts = facts
        self._show()

    @property
    def feed(self) -> "PanelFeed | None":
        return self._feed

    @property
    def job(self) -> JobLedger | None:
        """The fine-tuning whose ledger is on show."""
        return self._feed.job if self._feed is not None else None

    @property
    def light(self) -> Light:
        if self._blocked or self._gate().failure or self._limit_refusal:
            return Light.BLOCKED
        if self._link is LinkState.WORKING:
            return Light.SENDING
        return Light.IDLE if self._link is LinkState.READY else Light.OFFLINE

    @property
    def _limit_refusal(self) -> str:
        """Why the limit forbids the next message of the chat on show, or ""."""
        return in_words(self._last.limit.refusal) if self._last.limit is not None else ""

    @property
    def last(self) -> LastMessage:
        return self._last

    # What is told

    def receive(self, event: Event) -> None:
        """GUI thread."""
        match event:
            case LinkChanged(state):
                self._link = state
                if state is LinkState.WORKING:
                    self._blocked = ""
            case MessageAdded(_, turn) if turn.message.role is Role.ASSISTANT:
                self._begin(turn.message.id)
            case ReplyEnded():
                self._end(event)
            case ChatsChanged():  # a title, or what a chat does differently
                if self._feed is not None:
                    self._feed.forget_titles()
            case _:
                return
        self._show()

    def _begin(self, message: MessageId) -> None:
        self.cancel()
        self._last = LastMessage()
        self._measured = message
        if self._feed is not None and self._feed.job is None:
            self._feed.last_message = message

    def _end(self, event: ReplyEnded) -> None:
        if isinstance(event.error, NotCleared | LedgerError):
            self._blocked = in_words(str(event.error))
        if self._feed is not None:
            if self._feed.job is None:
                self._feed.last_message = event.message_id
            self._feed.forget_titles()
        self.cancel()
        self._is_due = self._job is not None  # what is measured now was begun before the reply had ended
        self._last, self._measured = LastMessage(), event.message_id
        if self._live.isActive():
            self._tick()
            self._measure_if_new()

    def _tick(self) -> None:
        """Show what is new in the ledger, then wait: at least so long that all of it takes a hundredth of the time."""
        if self._feed is None or self.panel is None:
            return
        started_s = time.perf_counter()
        self._look_for_ledgers(self.panel)
        self._take_new(self._feed, self.panel)
        painted_s = self.panel.entries.list.spent_s
        spent_s = time.perf_counter() - started_s + painted_s - self._painted_s
        self._painted_s = painted_s
        self._live.start(max(LIVE_MS, round(1e3 * SHARE * spent_s)))

    def _take_new(self, feed: "PanelFeed", panel: "PrivacyPanel") -> None:
        before = feed.ledger.count if feed.ledger is not None else -1
        is_other = feed.refresh()
        if is_other:
            panel.set_feed(feed)
        elif feed.ledger is not None and feed.ledger.count == before and not panel.entries.hold.isChecked():
            if self._told != (self._source.sending_limit(self._chat), self._gate()):  # measured meanwhile, or changed
                self._show()
            return
        panel.entries.tick()
        panel.detail.refresh()
        self._show()

    def _gate(self) -> GateState:
        return self._source.gate_state()

    def _show(self) -> None:
        if self.panel is None or self._feed is None:
            return
        gate = self._gate()
        self._last = replace(
            self._last,
            totals=self._feed.totals(),
            limit=self._source.sending_limit(self._chat) if self.job is None else None,
            is_on_this_computer=self._facts.is_on_this_computer,
            backend=self._facts.backend_name,
            is_tuning=self.job is not None,
        )
        if self.job is not None:
            others = self._feed.hosts_elsewhere()
            self._last = replace(self._last, is_on_this_computer=not others, backend=", ".join(others))
        self._told = self._source.sending_limit(self._chat), gate
        if not gate.failure:
            gate = replace(gate, failure=self._blocked or self._limit_refusal)
        self.panel.show_state(self.light, self._last, gate)
        chat = self._chat if self.job is None else None
        self.panel.summary.show_redaction(self._source.redacts(chat) if chat is not None else None)

    # Recovery

    def _measure_if_new(self) -> None:
        """The quick attack on the last message, unless it was measured or a reply is being written."""
        feed = self._feed
        if feed is None or feed.job is not None or self._job is not None or self._link is LinkState.WORKING:
            return
        if self._measured != feed.last_message:
            self._measured, self._last = feed.last_message, LastMessage()
        quick = [attack.name for attack in self._source.attacks() if attack.is_quick]
        if self._last.measuring is Measuring.NOT_YET and feed.totals().entries and quick:
            self._measure(quick)
        self._ask_for_tokens()

    def measure_all(self) -> None:
        """Every attack, one after the other; each result is shown when it is there. Some take minutes."""
        if self._feed is not None and self._feed.job is None and self.panel is not None:
            self.panel.detail.open_recovery()
            known = {one.attack for one in self._last.all}
            if self._job is None:
                self._measure([attack.name for attack in self._source.attacks() if attack.name not in known])

    def _measure(self, attacks: Sequence[str]) -> None:
        feed = self._feed
        assert feed is not None
        first_kept = self._source.first_kept()
        if first_kept is None or first_kept > feed.totals().first:
            self._last = replace(self._last, measuring=Measuring.GONE)
        else:
            self._wanted = list(attacks)
            self._measure_next(feed.last_message)
        self._show()

    def _measure_next(self, message: MessageId) -> None:
        if not self._wanted:
            self._last = replace(self._last, running="")
            return
        name, cancelled = self._wanted.pop(0), Flag()
        title = next((one.title for one in self._source.attacks() if one.name == name), name)
        is_first = self._last.measuring is not Measuring.DONE
        measuring = Measuring.UNDER_WAY if is_first else Measuring.DONE
        self._last = replace(self._last, measuring=measuring, running=in_words(title))
        self._cancelled = cancelled

        def tell(_: str) -> None:
            if cancelled.is_set():
                raise Cancelled

        job = self._job = Job("nearhalf-recovery", lambda: self._source.recover(message, [name], tell), self)
        job.start(partial(self._take, message), partial(self._fail, message))

    def cancel(self) -> None:
        """Stop measuring at the attack's next word; nothing of it is shown."""
        self._wanted, self._is_due = [], False
        self._cancelled.set()

    def _take(self, message: MessageId, found: Sequence[Recovered]) -> None:
        self._job = None
        if self._is_forgotten:
            return
        if message != self._measured:
            self._measure_if_new()
            return
        kept = {one.attack: one for one in self._last.all} | {one.attack: one for one in found}
        quick = {attack.name for attack in self._source.attacks() if attack.is_quick}
        best = next((one for one in kept.values() if one.attack in quick and one.share is not None), None)
        problem = next((one.problem for one in kept.values() if one.attack in quick), "")
        measuring = Measuring.DONE if best is not None else Measuring.FAILED
        self._last = replace(
            self._last, measuring=measuring, recovered=best, all=tuple(kept.values()), problem=in_words(problem)
        )
        self._measure_next(message)
        self._show()

    def _fail(self, message: MessageId, error: AppError) -> None:
        self._job = None
        if self._is_forgotten:
            return
        if message != self._measured or (self._is_due and isinstance(error, Cancelled)):
            self._is_due = False
            self._measure_if_new()
        elif not isinstance(error, Cancelled):
            self._wanted = []
            self._last = replace(self._last, measuring=Measuring.FAILED, problem=in_words(str(error)), running="")
            self._show()

    def _ask_for_tokens(self) -> None:
        feed = self._feed
        if feed is None or self._tokens_job is not None or feed.last_message == NO_MESSAGE:
            return
        message = feed.last_message
        self._tokens_job = Job("nearhalf-tokens", lambda: self._source.tokens_of(message), self)
        self._tokens_job.start(self._take_tokens, lambda _: self._take_tokens(None))

    def _take_tokens(self, tokens: MessageTokens | None) -> None:
        self._tokens_job = None
        if self.panel is not None and self.job is None and not self._is_forgotten:
            self.panel.detail.set_tokens(tokens)

    # What the person does

    def _end_keys(self) -> None:
        self._source.end_key_log()
        self._show()

    def _limit(self, percent: int | None) -> None:
        assert self._actions is not None
        self._actions.attempt(partial(self._source.limit_recovery, percent))
        self._show()

    # The end

    def forget(self) -> None:
        """Let go of every frame, text and number; nothing is heard after this. Jobs under way end soon."""
        self._is_forgotten = True
        self.cancel()
        self._live.stop()
        self.bridge.close()
        self._feed = None
        self._last = LastMessage()
        if self.panel is not None:
            self.panel.forget()

    @property
    def is_working(self) -> bool:
        return any(job is not None and job.is_running for job in (self._job, self._tokens_job))

    def wait(self, timeout_s: float) -> None:
        """Any thread: until no job of the panel runs."""
        for job in (self._job, self._tokens_job):
            if job is not None:
                job.wait(timeout_s)
