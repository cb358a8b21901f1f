"""The limit on recovery where there is no window: measured right after each reply, before the next message can come."""

from app.core.conversations import Library
from app.core.recovery_watch import RecoveryWatch
from app.domain.backend import Backend
from app.domain.ids import MessageId
from app.privacy.gate import PrivacyGate
from app.storage.paths import DataFolder


def keep_limit(library: Library, gate: PrivacyGate, folder: DataFolder, backend: Backend | None) -> RecoveryWatch:
    """Hold `library` to the backend's limit, if it has one. Close what is returned after the library."""
    watch = RecoveryWatch(lambda reply: share_of(library, gate, folder, reply), in_place=True)
    watch.use(backend)
    library.subscribe(watch.hear)
    library.guard_sending(watch.check)
    return watch


def share_of(library: Library, gate: PrivacyGate, folder: DataFolder, reply: MessageId) -> float | None:
    """How much of the message behind a reply its frames give away, in words; None: it cannot be said. Raises AppError.

    numpy is imported here, for whoever has set a limit.
    """
    from app.privacy.recovery.attack import Real, run_all
    from app.privacy.recovery.attacks.embeddings import NearestEmbeddings
    from app.privacy.recovery.recording import Recording
    from app.privacy.recovery.weights import weights_for

    chat = library.chat_of(reply)
    messages = {one.id: one for one in library.whole(chat).messages} if chat is not None else {}
    written = messages.get(reply)
    asked = messages.get(written.parent) if written is not None and written.parent is not None else None
    if asked is None:
        return None
    recording = Recording.of(gate.kept(), reply)
    weights = weights_for(recording, folder.packs)
    (found,) = run_all(recording, weights, Real(asked.text), attacks=[NearestEmbeddings()])
    return found.share if found.is_possible else None
