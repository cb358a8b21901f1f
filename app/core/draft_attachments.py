"""The attachments of a draft as one text for the encrypted store, and back. Bounded: it is written with each change."""

import json
from collections.abc import Sequence

from app.domain.conversation import Attachment, DraftAttachment
from app.domain.errors import SettingsError

KEPT_CHARACTERS = 4_000_000  # of all that wait beside one draft
_MOST = 100


def saved_attachments(attachments: Sequence[DraftAttachment]) -> str:
    """ "" for none. Raises SettingsError where they are more than is kept."""
    if not attachments:
        return ""
    if sum(len(one.attachment.text) for one in attachments) > KEPT_CHARACTERS:
        raise SettingsError(
            "These attachments are too long to be kept with the draft.",
            "They stay until Nearhalf is closed. Send them before, or attach less.",
        )
    return json.dumps([[one.attachment.name, one.attachment.text, one.is_paste] for one in attachments])


def read_attachments(saved: str) -> tuple[DraftAttachment, ...]:
    """Empty for what is in another form: a draft of a newer version must not keep a chat from opening."""
    if not saved:
        return ()
    try:
        found = [(name, text, is_paste) for name, text, is_paste in json.loads(saved)[:_MOST]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()
    return tuple(
        DraftAttachment(Attachment(name, text), is_paste is True)
        for name, text, is_paste in found
        if isinstance(name, str) and isinstance(text, str)
    )
