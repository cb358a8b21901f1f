"""How the panel stood and looked is there again after a restart; nonsense in its setting is left out."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from app.storage.settings import Settings
from app.ui.preferences import Preferences
from app.ui.privacy.columns import Column
from app.ui.privacy.place import ColumnsPlace, PanelPlace, decoded_panel_place
from tests.gui.privacy.conftest import Stage


def test_a_place_is_read_back_as_it_was_written() -> None:
    order = tuple(int(column) for column in reversed(Column))
    columns = ColumnsPlace(order, {Column.HASH: 150}, frozenset({Column.RAW}))
    place = PanelPlace(False, 480, b"\x01\x02", 2, (100, 300), 3, columns)
    assert decoded_panel_place(place.encoded()) == place
    assert decoded_panel_place("") == PanelPlace()


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "[1]",
        '{"width":-1,"geometry":"%%","depth":9,"panes":[1],"tab":"x","order":[0,0],"widths":[],"hidden":[0,99]}',
        '{"width":true,"geometry":3,"depth":0,"panes":[0,0],"order":"x","widths":{"1":"x"},"hidden":{},"tab":-1}',
    ],
)
def test_nonsense_is_left_out(text: str) -> None:
    assert decoded_panel_place(text) == PanelPlace()


def restarted(stage: Stage, make_stage: Callable[..., Stage]) -> Stage:
    stage.window.close()
    saved = stage.window._preferences.settings.panel_place
    return make_stage(preferences=Preferences(Settings(panel_place=saved)))


def test_columns_width_tab_and_depth_are_there_after_a_restart(
    qtbot, stage: Stage, make_stage: Callable[..., Stage]
) -> None:
    entries, header = stage.panel.entries, stage.panel.entries.list.horizontalHeader()
    header.moveSection(header.visualIndex(Column.HASH), 1)
    natural = header.sectionSize(Column.HASH)
    header.resizeSection(Column.HASH, 2 * natural)
    entries._show_column(Column.SHAPE, False)
    stage.panel.detail.tabs.setCurrentIndex(2)
    stage.window.page.splitter.setSizes([200, 600, 520])
    width = stage.panel.width()
    again = restarted(stage, make_stage)
    again.window.shortcuts["privacy_panel"].trigger()
    header = again.panel.entries.list.horizontalHeader()
    assert again.panel.is_docked
    assert abs(again.panel.width() - width) <= 2
    assert header.logicalIndex(1) == Column.HASH
    assert header.sectionSize(Column.HASH) == 2 * natural
    assert header.isSectionHidden(Column.SHAPE)
    assert again.panel.detail.tabs.currentIndex() == 2
    again.panel.set_depth(1)
    assert not again.panel.entries.isVisible()
    assert again.panel.summary.sentence.isVisible()
    third = restarted(again, make_stage)
    third.window.shortcuts["privacy_panel"].trigger()
    assert third.panel.shown_depth == 1
    third.panel.set_depth(2)
    assert third.panel.entries.isVisible()
    assert not third.panel.detail.isVisible()


def test_its_own_window_opens_where_it_was(qtbot, stage: Stage, make_stage: Callable[..., Stage]) -> None:
    stage.window.privacy.open_window()
    stage.panel.window().resize(760, 520)
    again = restarted(stage, make_stage)
    again.window.shortcuts["privacy_panel"].trigger()
    assert not again.panel.is_docked, "where it was last"
    assert again.panel.window().size().toTuple() == (760, 520)


def test_a_larger_text_keeps_what_the_person_chose(qtbot, stage: Stage) -> None:
    view = stage.panel.entries.list
    view.setColumnWidth(Column.TIME, 2 * view._natural[Column.TIME])
    stage.window._theme.set_zoom(150)
    assert view.columnWidth(Column.TIME) == pytest.approx(2 * view._natural[Column.TIME], abs=2)
    assert view.columnWidth(Column.TENSOR) == view._natural[Column.TENSOR]
    assert view.columns_place.widths == {Column.TIME: 200}


def test_a_hidden_column_is_chosen_by_the_menu_of_the_headings(qtbot, stage: Stage) -> None:
    panel = stage.panel.entries
    panel._open_columns_menu(panel.list.mapToGlobal(panel.list.rect().center()))
    (menu,) = [one for one in panel.findChildren(type(stage.panel.depth_menu)) if one.accessibleName() == "Columns"]
    shape = next(action for action in menu.actions() if action.text() == "Shape")
    shape.trigger()
    assert panel.list.isColumnHidden(Column.SHAPE)
    assert not menu.actions()[Column.NUMBER].isEnabled(), "one column always stays"
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
