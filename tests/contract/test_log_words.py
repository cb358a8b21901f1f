"""The log's words stand in the source: what is filled in goes through the log's own judgement (app/storage/app_log.py).

An f-string, or a sentence that was put together elsewhere, could carry a person's words past it.
"""

import ast
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "app"
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}


def loose_words(tree: ast.AST) -> list[int]:
    """Lines where a logger is given anything but a text that stands there."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in LEVELS:
            continue
        logger = node.func.value
        is_logger = isinstance(logger, ast.Name) and logger.id in {"log", "logger", "_log", "logging"}
        is_asked = isinstance(logger, ast.Call) and isinstance(logger.func, ast.Attribute)
        is_asked = is_asked and logger.func.attr == "getLogger"  # type: ignore[union-attr]
        if not is_logger and not is_asked:
            continue
        words = node.args[1 if node.func.attr == "log" else 0] if node.args else None
        if not (isinstance(words, ast.Constant) and isinstance(words.value, str)):
            found.append(node.lineno)
    return found


def test_every_log_line_of_the_app_has_its_words_in_the_source() -> None:
    loose = {
        path.relative_to(APP).as_posix(): lines
        for path in sorted(APP.rglob("*.py"))
        if (lines := loose_words(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert loose == {}


@pytest.mark.parametrize(
    "source",
    ["log.info(f'{text}')", "log.warning(text)", "log.error('a' + text)", "logging.getLogger('a').info(text)",
     "log.log(20, text)", "log.info('a %s' % text)"],
)  # fmt: skip
def test_the_rule_can_fail(source: str) -> None:
    assert loose_words(ast.parse(source)) == [1]
