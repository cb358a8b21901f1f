"""Every line of an attack's table is a sentence of its own, which the translations are gathered from."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import build_translations as build

from app.privacy.recovery import attacks

FOLDER = Path(attacks.__path__[0])


def detail_words() -> Iterator[str]:
    """Captions and values of the (caption, value) pairs in the attacks' source, as templates."""
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yielded = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Yield)}  # no table's
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple) and len(node.elts) == 2 and id(node) not in yielded:
                caption, value = (build._template(part) for part in node.elts)
                if caption is not None:
                    yield caption
                    yield value or ""


def test_no_word_of_the_details_is_left_out_of_the_translations() -> None:
    gathered = set(build.sentences())
    found = [words for words in detail_words() if re.search("[A-Za-z]{3}", re.sub(r"\{\d+\}", "", words))]
    assert len(found) > 20
    assert [words for words in found if words not in gathered] == []
