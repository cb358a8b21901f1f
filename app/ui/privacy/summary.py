"""The first depth: one light, one sentence about the last message, and what an operator could rebuild of it.

The words follow DESIGN.md section 6. The share is measured on the recorded frames, or not said.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.core.panel_source import GateState, MessageTotals
from app.ui.header import Dot
from app.ui.limit_choice import LimitChoice
from app.ui.privacy.names import share_words
from app.ui.privacy.standing import LastMessage, Light, Measuring, key_log_words
from app.ui.theme import Theme
from app.ui.words import counted, size, translate

_TONES = {Light.IDLE: "good", Light.SENDING: "busy", Light.BLOCKED: "danger", Light.OFFLINE: "warning"}


def light_words(light: Light) -> str:
    return {
        Light.IDLE: translate("privacy", "Idle: nothing is being sent"),
        Light.SENDING: translate("privacy", "Sending numbers for your message"),
        Light.BLOCKED: translate("privacy", "Blocked: nothing is sent"),
        Light.OFFLINE: translate("privacy", "Offline: there is no connection to a backend"),
    }[light]


def traffic_words(totals: MessageTotals | None, *, is_tuning: bool = False) -> str:
    """Your last message: 41 frames, 63 kB up, 48 kB down, 0 bytes of text."""
    if totals is None or not totals.entries:
        nothing = translate("privacy", "Nothing has been sent for this fine-tuning yet.")
        return nothing if is_tuning else translate("privacy", "No message has been sent yet.")
    frames = counted(totals.frames_up, translate("privacy", "1 frame"), translate("privacy", "%n frames"))
    words = translate("privacy", "Your last message: {frames}, {up} up, {down} down, 0 bytes of text.")
    if is_tuning:
        words = translate("privacy", "This fine-tuning: {frames}, {up} up, {down} down, 0 bytes of text.")
    return words.format(frames=frames, up=size(totals.bytes_up), down=size(totals.bytes_down))


def recovery_words(last: LastMessage) -> str:
    """An operator who records this could rebuild 100 % of your words."""
    if last.totals is None or not last.totals.entries:
        return ""
    if last.is_tuning:
        return translate(
            "privacy",
            "These are numbers of your notes: an operator who records them could rebuild the notes, as they could "
            "rebuild a chat.",
        )
    if last.measuring is Measuring.UNDER_WAY:
        return translate("privacy", "Measuring how much of it an operator could rebuild…")
    if last.measuring is Measuring.GONE:
        return translate(
            "privacy",
            "Its frames are no longer in memory, so how much an operator could rebuild cannot be measured any more.",
        )
    if last.measuring is Measuring.FAILED:
        words = translate("privacy", "How much an operator could rebuild could not be measured.")
        return f"{words} {last.problem}".strip()
    if last.measuring is Measuring.NOT_YET or last.recovered is None or last.recovered.share is None:
        return translate("privacy", "How much of it an operator could rebuild has not been measured yet.")
    return _measured_words(last, share_words(last.recovered.share))


def _measured_words(last: LastMessage, share: str) -> str:
    if last.recovered is not None and last.recovered.replaced:
        return counted(
            last.recovered.replaced,
            translate(
                "privacy",
                "An operator who records this could rebuild {share} of your words; 1 name or number was replaced "
                "before it was sent.",
            ),
            translate(
                "privacy",
                "An operator who records this could rebuild {share} of your words; %n names and numbers were replaced "
                "before it was sent.",
            ),
        ).format(share=share)
    return translate("privacy", "An operator who records this could rebuild {share} of your words.").format(share=share)


def operator_words(last: LastMessage) -> str:
    if last.is_on_this_computer:
        return translate("privacy", "The backend runs on this computer: you are the operator.")
    return translate("privacy", "The operator is whoever runs {backend}.").format(backend=last.backend)


def gate_words(gate: GateState) -> str:
    """What the gate or the audit hook stopped; empty where nothing was."""
    parts = [gate.failure]
    if gate.denied:
        parts.append(
            counted(
                gate.denied,
                translate("privacy", "1 attempt to reach the outside past the gate was stopped."),
                translate("privacy", "%n attempts to reach the outside past the gate were stopped."),
            )
        )
    return " ".join(part for part in parts if part)


class Summary(QWidget):
    measure_requested = Signal()
    own_backend_requested = Signal()
    redaction_requested = Signal(bool)
    end_keys_requested = Signal()
    limit_chosen = Signal(object)  # percent, or None for no limit

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._dot = Dot(theme, self)
        self.light = self._label("strong")
        self.sentence = self._label("body")
        self.recovery = self._label("strong")
        self.operator = self._label("muted")
        self.gate = self._label("wrong")
        self.keys = self._label("wrong")
        self.end_keys = self._button(self.tr("Stop writing keys"))
        self.end_keys.clicked.connect(self.end_keys_requested)
        self.redaction = QCheckBox(self.tr("Replace names and numbers"), self)
        self.redaction.clicked.connect(self.redaction_requested)
        self.redaction.hide()
        self.limit = LimitChoice(theme, self)
        self.limit.setAccessibleName(self.tr("What an operator may be able to rebuild"))
        self.limit.limit_chosen.connect(self._choose_limit)
        self._shown_limit: int | None = -1  # none that there is
        self._limit_words = self._label("body")
        self._limit_words.setText(self.tr("What an operator may be able to rebuild"))
        self._limit_words.setBuddy(self.limit)
        self.own_backend = self._button(self.tr("Use a backend of your own"))
        self.own_backend.clicked.connect(self.own_backend_requested)
        self.measure = self._button(self.tr("Try every attack"))
        self.measure.clicked.connect(self.measure_requested)
        self._top = QHBoxLayout()
        self._top.addWidget(self._dot)
        self._top.addWidget(self.light, 1)
        self.corner = QHBoxLayout()  # the panel's own buttons
        self._top.addLayout(self.corner)
        self._limit_row = QHBoxLayout()
        self._limit_row.addWidget(self.limit)
        self._limit_row.addWidget(self._limit_words, 1)
        self._choices = QHBoxLayout()
        for button in (self.own_backend, self.measure):
            self._choices.addWidget(button)
        self._choices.addStretch(1)
        self._layout = QVBoxLayout(self)
        self._layout.addLayout(self._top)
        self._layout.addWidget(self.keys)
        self._layout.addWidget(self.end_keys, 0, Qt.AlignmentFlag.AlignLeft)
        for label in (self.gate, self.sentence, self.recovery, self.operator):
            self._layout.addWidget(label)
        self._layout.addLayout(self._limit_row)
        self._layout.addWidget(self.redaction, 0, Qt.AlignmentFlag.AlignLeft)
        self._layout.addLayout(self._choices)
        theme.changed.connect(self._wear)
        self._wear()
        self.show_state(Light.IDLE, LastMessage(), GateState())

    def show_state(self, light: Light, last: LastMessage, gate: GateState) -> None:
        self._dot.set_tone(_TONES[light])
        has_message = last.totals is not None and last.totals.entries > 0
        for label, words in (
            (self.light, light_words(light)),
            (self.sentence, traffic_words(last.totals, is_tuning=last.is_tuning)),
            (self.recovery, recovery_words(last)),
            (self.operator, operator_words(last) if has_message else ""),
            (self.gate, gate_words(gate)),
            (self.keys, key_log_words(gate.key_log)),
        ):
            if label.text() != words:
                label.setText(words)
            label.setVisible(bool(words))
        self.end_keys.setVisible(bool(gate.key_log))
        limit = last.limit
        for part in (self.limit, self._limit_words):
            part.setVisible(limit is not None)
        if limit is not None and limit.percent != self._shown_limit:  # else the person may be choosing
            self._shown_limit = limit.percent
            self.limit.show_limit(limit.percent)
        self.own_backend.setVisible(has_message and not last.is_on_this_computer)
        self.measure.setVisible(has_message and not last.is_tuning)
        self.measure.setEnabled(not last.running and last.measuring is not Measuring.GONE)

    def _choose_limit(self, percent: int | None) -> None:
        self._shown_limit = -1  # what holds then is shown anew
        self.limit_chosen.emit(percent)

    def show_redaction(self, is_on: bool | None) -> None:
        """None: this app cannot do it."""
        self.redaction.setVisible(is_on is not None)
        self.redaction.setChecked(bool(is_on))

    def _label(self, kind: str) -> QLabel:
        label = QLabel(self)
        label.setProperty("kind", kind)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setMinimumWidth(1)
        return label

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("kind", "plain")
        return button

    def add_corner(self, button: QToolButton) -> None:
        self.corner.addWidget(button)

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(metrics.space_1)
        self._top.setSpacing(metrics.space_2)
        self._choices.setSpacing(metrics.space_2)
        self._limit_row.setSpacing(metrics.space_2)
