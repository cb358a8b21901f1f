"""Where the panel was and how it looked: kept in one setting, and read back with care. No words of a person's."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.ui.privacy.columns import Column
from app.ui.theme import Metrics

DEPTHS = (1, 2, 3)  # the sentence; the list below it; what one entry carried below that
_WIDTHS = (20, 1000)  # percent, smallest and largest
_MOST_PX = 100_000


def least_width(metrics: Metrics) -> int:
    """So narrow the panel may become beside the chat."""
    return metrics.sidebar * 3 // 2


@dataclass(frozen=True, slots=True)
class ColumnsPlace:
    """order: every column once, as they stand. widths: percent of a column's own width, where a person changed it."""

    order: tuple[int, ...] = tuple(Column)
    widths: Mapping[int, int] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class PanelPlace:
    """is_docked: beside the chat, else in its own window. width: docked, px, 0 for its own. geometry: of its own
    window, what QWidget.saveGeometry gave. panes: of list and entry. tab: of what one entry carried."""

    is_docked: bool = True
    width: int = 0
    geometry: bytes = b""
    depth: int = 3
    panes: tuple[int, ...] = ()
    tab: int = 0
    columns: ColumnsPlace = field(default_factory=ColumnsPlace)

    def encoded(self) -> str:
        columns = self.columns
        values = {
            "docked": self.is_docked,
            "width": self.width,
            "geometry": base64.b64encode(self.geometry).decode(),
            "depth": self.depth,
            "panes": self.panes,
            "tab": self.tab,
            "order": [int(column) for column in columns.order],
            "widths": {str(int(column)): percent for column, percent in sorted(columns.widths.items())},
            "hidden": sorted(int(column) for column in columns.hidden),
        }
        return json.dumps(values, separators=(",", ":"))


def decoded_panel_place(text: str) -> PanelPlace:
    """Whatever cannot be read is left out."""
    try:
        values = json.loads(text or "{}")
    except ValueError:
        values = {}
    if not isinstance(values, dict):
        values = {}
    panes = [_number(size, _MOST_PX, 0) for size in _list(values.get("panes"))]
    return PanelPlace(
        is_docked=values.get("docked") is not False,
        width=_number(values.get("width"), _MOST_PX, 0),
        geometry=_bytes(values.get("geometry")),
        depth=_number(values.get("depth"), max(DEPTHS), 0) or max(DEPTHS),
        panes=tuple(panes) if len(panes) == 2 and any(panes) else (),
        tab=_number(values.get("tab"), 3, 0),
        columns=_columns(values),
    )


def _columns(values: Mapping[str, object]) -> ColumnsPlace:
    every = tuple(int(column) for column in Column)
    order = tuple(column for column in _list(values.get("order")) if isinstance(column, int))
    raw = values.get("widths")
    found = raw if isinstance(raw, dict) else {}
    widths = {column: _number(found.get(str(column)), _WIDTHS[1], 0) for column in every}
    hidden = frozenset(column for column in _list(values.get("hidden")) if column in every and column != Column.NUMBER)
    return ColumnsPlace(
        order if sorted(order) == sorted(every) else every,
        {column: max(percent, _WIDTHS[0]) for column, percent in widths.items() if percent},
        hidden,
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _number(value: object, most: int, otherwise: int) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if isinstance(value, int) and is_number and 0 <= value <= most else otherwise


def _bytes(value: object) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return b""
