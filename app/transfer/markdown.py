"""A chat as Markdown. What was said stands as it is: replies are Markdown already."""

from collections.abc import Iterator

from app.domain.conversation import StoredChat
from app.transfer.document import Part, parts, speaker, title, was_cut, when
from app.transfer.export_words import ENGLISH, ExportWords
from app.transfer.markdown_parts import escaped, fenced
from app.transfer.untrusted import as_line, as_text


def markdown(chat: StoredChat, words: ExportWords = ENGLISH, *, all_branches: bool = True) -> Iterator[str]:
    """The document in pieces."""
    yield f"# {escaped(title(chat, words))}\n"
    if started := when(chat.info.created_at_ms):
        yield f"\n{started}\n"
    has_branches = False
    for part in parts(chat, all_branches=all_branches):
        if part.instead_of is not None:
            if not has_branches:
                yield f"\n---\n\n# {words.branches}\n"
                has_branches = True
            yield f"\n*{words.instead_of.format(number=part.instead_of)}*\n"
        yield _message(part, words)


def _message(part: Part, words: ExportWords) -> str:
    message = part.message
    pieces = [f"## {part.number}. {escaped(speaker(message, words))}"]
    for attachment in message.attachments:
        name = escaped(words.attachment.format(name=as_line(attachment.name)))
        pieces += [name, fenced(as_text(attachment.text))]
    if text := as_text(message.text):
        pieces.append(text)
    if was_cut(message):
        pieces.append(f"*{words.cut}*")
    return "\n" + "\n\n".join(pieces) + "\n"
