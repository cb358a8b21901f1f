"""CSV, as Notion writes its databases: each row a paragraph, "Column: value" line by line, empty values left out."""

import csv
import io
import re

from app.domain.notes import Left, Unread
from app.notes.entries import NotRead
from app.notes.limits import LIMITS, Limits
from app.notes.tally import Draft, Tally
from app.notes.texts import tidied

_SEPARATORS = ",;\t"


def read_csv(text: str, name: str, tally: Tally, limits: Limits = LIMITS) -> Draft:
    first, _, rest = text.partition("\n")
    if re.fullmatch(r"sep=.", first, re.IGNORECASE):  # Excel's own line
        first, text = first[-1], rest
    separator = max(_SEPARATORS, key=first.count)  # of as many, the comma
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    paragraphs: list[str] = []
    try:
        columns = [column.strip() for column in next(rows, [])]
        for row in rows:
            if len(paragraphs) >= limits.csv_rows:
                tally.left(Left.LONG_ROWS, 1 + sum(1 for _ in rows))
                break
            values = [(columns[at] if at < len(columns) else "", value.strip()) for at, value in enumerate(row)]
            lines = [f"{column}: {value}" if column else value for column, value in values if value]
            if lines:
                paragraphs.append("\n".join(lines))
    except csv.Error as error:
        raise NotRead(Unread.BROKEN) from error
    return Draft(name, tidied("\n\n".join(paragraphs)))
