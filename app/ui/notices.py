"""What the banner says in every state that is not the ordinary one, and the step it offers. Words only, no widgets.

An error keeps its own words (message and advice); the kind of error decides what the button does.
"""

import re
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication

from app.core.events import LinkChanged, LinkState
from app.domain.conversation import Estimate
from app.domain.errors import (
    AdapterError,
    AppError,
    BackendError,
    ContextFull,
    LedgerError,
    ModelError,
    SettingsError,
    StorageError,
)
from app.privacy.recovery.limit import NotMeasured, RecoveryAboveLimit
from app.ui.actions import QT_TRANSLATE_NOOP
from app.ui.sentences import in_words
from app.ui.words import number

_PERCENT = re.compile(r"(\d{1,3})\s*%")
_OF = re.compile(r"(\d+) of (\d+)")


translate = QCoreApplication.translate


class Step(Enum):
    """What the button of a notice does. The window knows how."""

    NONE = "none"
    RETRY = "retry"  # the reply, or the start of the backend
    NEW_CHAT = "new chat"
    REDACT = "redact"  # this chat: names and numbers are replaced from now on
    BACKENDS = "backends"  # these five: a page of the settings
    MODELS = "models"
    ADAPTERS = "adapters"
    STORAGE = "storage"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Notice:
    tone: str  # info, warning or danger
    message: str
    advice: str = ""
    first: Step = Step.NONE
    second: Step = Step.NONE
    percent: int | None = None  # of what is under way; -1: it is not known how far it is
    can_dismiss: bool = True


def step_words(step: Step) -> str:
    return {
        Step.NONE: "",
        Step.RETRY: translate("notices", "Try again"),
        Step.NEW_CHAT: translate("notices", "New chat"),
        Step.REDACT: translate("notices", "Replace names and numbers"),
        Step.BACKENDS: translate("notices", "Backends…"),
        Step.MODELS: translate("notices", "Models…"),
        Step.ADAPTERS: translate("notices", "Adapters…"),
        Step.STORAGE: translate("notices", "Storage…"),
        Step.GENERAL: translate("notices", "Settings…"),
    }[step]


_STEPS: tuple[tuple[type[AppError], Step, str], ...] = (
    (ContextFull, Step.NEW_CHAT, QT_TRANSLATE_NOOP("notices", "Start a new chat, or shorten the message.")),
    (
        StorageError,
        Step.STORAGE,
        QT_TRANSLATE_NOOP("notices", "Nothing that was stored before is lost. Make room on the disk, then try again."),
    ),
    (
        LedgerError,
        Step.STORAGE,
        QT_TRANSLATE_NOOP(
            "notices", "Nothing is sent while it cannot be recorded. Make room on the disk, then try again."
        ),
    ),
    (ModelError, Step.MODELS, QT_TRANSLATE_NOOP("notices", "Choose another model, or have this one fetched again.")),
    (AdapterError, Step.ADAPTERS, QT_TRANSLATE_NOOP("notices", "Choose another adapter, or none.")),
    (
        BackendError,
        Step.BACKENDS,
        QT_TRANSLATE_NOOP("notices", "Check that the backend runs and can be reached, then try again."),
    ),
    (SettingsError, Step.NONE, ""),
)


def notice_of_error(error: AppError, *, can_retry: bool) -> Notice:
    """The error's own words; where it brings no advice, that of its kind."""
    step, advice = next(((step, advice) for kind, step, advice in _STEPS if isinstance(error, kind)), (Step.NONE, ""))
    message = in_words(error.message)
    advice = in_words(error.advice) or (translate("notices", advice) if advice else "")
    if isinstance(error, RecoveryAboveLimit | NotMeasured):  # of these two the settings hold the limit, too
        return Notice("danger", message, advice, Step.NONE if error.is_redacted else Step.REDACT, Step.BACKENDS)
    if can_retry and step is not Step.NEW_CHAT:
        return Notice("danger", message, advice, Step.RETRY, step)
    return Notice("danger", message, advice, step)


def notice_of_start(link: LinkChanged) -> Notice:
    """While the backend starts: what it does now, and how far it is."""
    advice = translate("notices", "You can read, search and write already; sending waits until it is ready.")
    return Notice(
        "info",
        in_words(link.detail) or translate("notices", "The backend is starting."),
        advice,
        percent=percent_of(link.detail),
    )


def notice_of_link(link: LinkChanged) -> Notice | None:
    """While the link is broken but not given up; None where all is well."""
    if link.state is LinkState.RECONNECTING:
        advice = translate("notices", "The reply goes on by itself, from the token where it stopped. Esc gives up.")
        return Notice(
            "warning", in_words(link.detail) or translate("notices", "The connection broke; trying again."), advice
        )
    return None


def notice_of_full(estimate: Estimate, *, has_attachments: bool, has_history: bool) -> Notice:
    """Before anything is sent: this will not fit."""
    message = translate("notices", "This does not fit: {total} tokens, and the model reads {limit} at most.").format(
        total=number(estimate.total_tokens), limit=number(estimate.limit)
    )
    ways = [translate("notices", "Shorten the message.")]
    if has_attachments:
        ways.insert(0, translate("notices", "Remove an attachment."))
    if has_history:
        ways.append(translate("notices", "Or go on in a new chat: what you wrote comes along."))
    return Notice("warning", message, " ".join(ways), Step.NEW_CHAT if has_history else Step.NONE, can_dismiss=False)


def percent_of(detail: str) -> int:
    """How far something is, from its words: "43 %", "12 of 57 MB". -1 where they do not say."""
    if found := _PERCENT.search(detail):
        return min(int(found[1]), 100)
    if found := _OF.search(detail):
        done, total = int(found[1]), int(found[2])
        return min(round(100 * done / total), 100) if total else -1
    return -1
