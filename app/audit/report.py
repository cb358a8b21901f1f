"""A report as one HTML page: readable by a lay person, printable, with nothing loaded from anywhere. Every word of it
is escaped, so a host's name or a file's name cannot become part of the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2126; --soft: #5b6570; --line: #d5dae0; --page: #ffffff;
        --good: #12703c; --bad: #b3261e; --plain: #3d4852; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a3adb8; --line: #3a424b; --page: #15181b;
        --good: #6fd09b; --bad: #ff8a80; --plain: #b8c2cc; } }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 52rem;
       margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
.verdict { border-left: .35rem solid var(--plain); padding: .7rem 1rem; font-size: 1.1rem; }
.good { border-color: var(--good); } .good strong { color: var(--good); }
.bad { border-color: var(--bad); } .bad strong { color: var(--bad); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; } dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line);
         overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; }
@media print { :root { --ink: #000; --page: #fff; --line: #bbb; --soft: #444; --good: #0a5c2d; --bad: #a3160f; }
       body { margin: 0; max-width: none; font-size: 11pt; } thead { display: table-header-group; }
       tr, .verdict { break-inside: avoid; } h2 { break-after: avoid; } }
"""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what it says in sentences, and a table below them where there are columns."""

    heading: str
    paragraphs: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """verdict: one or two words, is_good its colour (None: neither). sentence: what it means. facts: name and value."""

    title: str
    verdict: str
    sentence: str
    is_good: bool | None = None
    facts: Sequence[tuple[str, str]] = ()
    sections: Sequence[Section] = ()
    language: str = "en"


def as_html(report: Report) -> str:
    """The whole page."""
    tone = {True: " good", False: " bad", None: ""}[report.is_good]
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>\n" for name, value in report.facts)
    return (
        f'<!doctype html>\n<html lang="{escape(report.language)}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(report.title)}</h1>\n"
        f'<p class="verdict{tone}"><strong>{escape(report.verdict)}</strong> {escape(report.sentence)}</p>\n'
        + (f"<dl>\n{facts}</dl>\n" if facts else "")
        + "".join(_section(section) for section in report.sections)
        + "</main>\n</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in section.paragraphs)
    return f"<section>\n<h2>{escape(section.heading)}</h2>\n{paragraphs}{_table(section)}</section>\n"


def _table(section: Section) -> str:
    if not section.columns:
        return ""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in section.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in section.rows)
    return f'<div class="table"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n'
