"""A chat as one HTML file: no script, nothing fetched, every word of it escaped or rendered with raw HTML switched off.

A content security policy says the same once more to the browser: whatever slips through can load and run nothing.
"""

from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

from app.domain.conversation import Role, StoredChat
from app.transfer.document import Part, parts, speaker, title, was_cut, when
from app.transfer.export_words import ENGLISH, ExportWords
from app.transfer.untrusted import as_line, as_text

STYLE = Path(__file__).resolve().parents[2] / "assets" / "export.css"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
RENDERED_CHARACTERS = 200_000  # longer texts stand as they are: rendering could take minutes
SCHEMES = ("http://", "https://", "mailto:", "#")


def html(chat: StoredChat, words: ExportWords = ENGLISH, *, all_branches: bool = True) -> Iterator[str]:
    """The document in pieces."""
    name = escape(title(chat, words))
    yield (
        f'<!doctype html>\n<html lang="{escape(words.language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{name}</title>\n<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n<main>\n"
        f'<header><h1 dir="auto">{name}</h1><p>{when(chat.info.created_at_ms)}</p></header>\n'
    )
    has_branches = False
    for part in parts(chat, all_branches=all_branches):
        if part.instead_of is not None and not has_branches:
            yield f'<h1 class="branch">{escape(words.branches)}</h1>\n'
            has_branches = True
        yield _article(part, words)
    yield "</main>\n</body>\n</html>\n"


def _article(part: Part, words: ExportWords) -> str:
    message = part.message
    note = ""
    if part.instead_of is not None:
        sentence = escape(words.instead_of.format(number=part.instead_of))
        note = f'<p class="note"><a href="#m{part.instead_of}">{sentence}</a></p>'
    attachments = "".join(
        f'<details><summary dir="auto">{escape(words.attachment.format(name=as_line(found.name)))}</summary>'
        f'<pre dir="auto">{escape(as_text(found.text))}</pre></details>'
        for found in message.attachments
    )
    cut = f'<p class="note">{escape(words.cut)}</p>' if was_cut(message) else ""
    return (
        f'<article id="m{part.number}" class="{message.role.value}">{note}'
        f"<h2>{part.number}. {escape(speaker(message, words))} <small>{when(message.created_at_ms)}</small></h2>"
        f"{attachments}{_text(as_text(message.text), is_reply=message.role is Role.ASSISTANT)}{cut}</article>\n"
    )


def _text(text: str, *, is_reply: bool) -> str:
    if not text:
        return ""
    if is_reply and len(text) <= RENDERED_CHARACTERS:
        try:
            return f'<div class="text" dir="auto">{_renderer().render(text)}</div>'
        except RecursionError:
            pass  # nested too deeply to be rendered
    kind = "text plain" if is_reply else "text"
    return f'<div class="{kind}" dir="auto">{escape(text)}</div>'


@cache
def _renderer() -> MarkdownIt:
    """CommonMark with tables; raw HTML is text, a picture is its words, a link leads to the web or nowhere."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    renderer.validateLink = lambda url: url.lower().startswith(SCHEMES)  # type: ignore[method-assign]
    return renderer
