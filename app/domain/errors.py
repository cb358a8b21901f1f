"""Errors that a person may see. Each carries a message (what happened) and advice (what to do); nothing of the content.

AppError
+-- BackendError          the backend cannot be reached, or answered wrongly
|   +-- ConnectionLost    worth another try: reconnect and replay
|   +-- BackendRefused    it answered with a reason
|   +-- UntrustedCertificate   nobody vouches for its certificate, and it is not the pinned one
+-- ModelError            a model or device pack is missing, damaged, or of a kind not supported
+-- AdapterError          an adapter does not fit this model, recipe or plan
+-- LedgerError           the ledger cannot be written, so nothing may be sent
+-- FeedError             the release feed cannot be asked or read
+-- SettingsError         a setting, file or argument is wrong
|   +-- TooLittleText     (app/domain/notes.py) too little to learn from; carries what became of each file
+-- StorageError          the history cannot be read or written; what was stored before is safe
|   +-- WrongKey          a passphrase or recovery code does not open it
|   +-- StoreDamaged      the history or its keys are damaged: restore a backup, or start anew (both keep the old files)
+-- ContextFull           the conversation no longer fits
+-- Cancelled             the person stopped it
"""

import traceback


class AppError(Exception):
    """Base of every error that is shown. `message` and `advice` are whole sentences for a person."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class BackendError(AppError):
    """The backend could not be used."""


class ConnectionLost(BackendError):
    """The connection broke, timed out or was closed; trying again may help."""


class BackendRefused(BackendError):
    """The backend refused, with a reason. `can_retry` says whether the same request may succeed later."""

    def __init__(self, message: str, advice: str = "", *, can_retry: bool = False) -> None:
        super().__init__(message, advice)
        self.can_retry = can_retry


class UntrustedCertificate(BackendError):
    """The certificate is not trusted; nothing was sent. `fingerprint`: its SHA-256 in hex, "" where it was not shown.

    is_changed: another certificate was pinned for this backend.
    """

    def __init__(self, message: str, advice: str = "", *, fingerprint: str = "", is_changed: bool = False) -> None:
        super().__init__(message, advice)
        self.fingerprint = fingerprint
        self.is_changed = is_changed


class ModelError(AppError):
    """A model or its device pack is missing, damaged or not supported."""


class AdapterError(AppError):
    """An adapter does not fit."""


class LedgerError(AppError):
    """The ledger cannot be written; sending has stopped."""


class SettingsError(AppError):
    """A setting, a file or an argument is wrong."""


class FeedError(AppError):
    """The release feed (docs/release-feed.md) cannot be asked, or what it says cannot be used."""


class StorageError(AppError):
    """The history, or another encrypted file, cannot be read or written."""


class WrongKey(StorageError):
    """The passphrase or the recovery code does not fit."""


class StoreDamaged(StorageError):
    """The history or its keys cannot be read. Nothing was changed; `Vault.restore` and `Vault.start_anew` go on."""


class ContextFull(AppError):
    """The conversation no longer fits into the model's context."""


class Cancelled(AppError):
    """The person stopped it."""

    def __init__(self) -> None:
        super().__init__("Stopped.")


def where_it_failed(error: BaseException) -> str:
    """Kind and places of an error and its causes, for a log. No message: it may hold a person's text."""
    places = traceback.extract_tb(error.__traceback__)
    frames = "\n".join(f"  {place.filename}:{place.lineno} in {place.name}" for place in places)
    cause = error.__cause__ or error.__context__
    earlier = f"\ncaused by {where_it_failed(cause)}" if cause is not None else ""
    return f"{type(error).__qualname__}\n{frames}{earlier}"
