"""Asking for a file or a folder: the one place with the system's dialogs, so that tests can answer for a person."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


def choose_to_open(parent: QWidget, title: str, kinds: str) -> Path | None:
    """`kinds`: a filter of Qt's, "Words (*.ending)". None where the person has left."""
    path, _ = QFileDialog.getOpenFileName(parent, title, "", kinds)
    return Path(path) if path else None


def choose_several(parent: QWidget, title: str, kinds: str) -> list[Path]:
    paths, _ = QFileDialog.getOpenFileNames(parent, title, "", kinds)
    return [Path(path) for path in paths]


def choose_to_save(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    path, _ = QFileDialog.getSaveFileName(parent, title, name, kinds)
    return Path(path) if path else None


def choose_folder(parent: QWidget, title: str) -> Path | None:
    path = QFileDialog.getExistingDirectory(parent, title)
    return Path(path) if path else None
