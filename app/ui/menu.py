"""The menu of the window: the actions in groups. What they are stands in app/ui/actions.py."""

from PySide6.QtWidgets import QMenu, QWidget

from app.ui.actions import Actions

SECTIONS = (
    ("new_chat", "new_temporary_chat", "new_folder"),
    ("rename_chat", "pin_chat", "move_chat", "chat_options", "delete_chat"),
    ("regenerate", "continue_reply", "edit_last", "fork_chat", "copy_reply", "copy_code"),
    ("search", "find", "palette", "toggle_sidebar"),
    ("export_chat", "export_selection", "export_all", "import_chats"),
    ("tune",),
    ("settings", "help", "shortcuts", "lock", "quit"),
)
VIEW = (("zoom_in", "zoom_out", "zoom_reset"), ("as_system", "light", "dark", "contrast"))


class ActionMenu(QMenu):
    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Menu"))
        for section in SECTIONS:
            self.addActions([actions[name] for name in section])
            self.addSeparator()
        view = QMenu(self.tr("Appearance"), self)
        view.setAccessibleName(view.title())
        for section in VIEW:
            view.addActions([actions[name] for name in section])
            view.addSeparator()
        self.insertMenu(actions["settings"], view)
