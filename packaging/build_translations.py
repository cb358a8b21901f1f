"""Writes assets/i18n anew from the source: run it after any change of words, translate what it names, run it again.

    python packaging/build_translations.py           (needs the lupdate and lrelease of PySide6)

1. Sentences of the parts that know no Qt (errors, progress) are gathered into app/ui/sentence_catalog.py.
2. `lupdate` gathers all texts into nearhalf_LANGUAGE.ts; what is translated stays.
3. `lrelease` compiles them into .qm, which is what the app reads. The .qm files are committed: set-up then needs no
   tool and no step that can fail, and whoever starts from an archive has them. tests/gui/test_translation.py compares.

Plural forms: app/ui/words.py `counted` chooses between two texts, "1 chat" and "%n chats", which is the rule of English
and German. A language with more forms needs Qt's own (`translate(context, text, "", number)`) there first.
"""

import ast
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "app"
I18N = ROOT / "assets" / "i18n"
CATALOG = APP / "ui" / "sentence_catalog.py"
LANGUAGES = ("de",)

# Parts whose sentences a person reads in the window. The terminal is English; app.wire speaks to peers.
SPEAKING = ("core", "device", "domain", "main", "net", "notes", "privacy", "storage", "transfer")
# Words of files, not of the window: what is written into an export in the person's language comes from the window.
SILENT = {"transfer/export_words.py", "transfer/report.py", "transfer/claude.py", "storage/schema.py"}
_SENTENCE = re.compile(r"[A-Z{“0-9].* .*[.?!…:]", re.DOTALL)
_SQL = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|VACUUM|ATTACH|BEGIN) ")
_HAS_WORDS = re.compile(r"[A-Za-z]{3}")
# Parts of sentences that another sentence takes in
PHRASES = {
    "domain/sampling.py": r".* must .*",
    "storage/settings.py": r"the .* must .*",
    "storage/json_file.py": r"The .*|was .*|damaged|newer",
    "storage/vault.py": r"The .*",
    "main/.*": r"[a-z].* .*",
    "privacy/recovery/attacks/.*": r"[A-Za-z][a-z]+ [a-z {0}]+|gaps",  # titles and captions of the results
}


def sentences() -> list[str]:
    """Every sentence, f-strings as templates: "The file {0} cannot be read: {1}." In order of the alphabet."""
    found: set[str] = set()
    for part in SPEAKING:
        for path in sorted(APP.glob(f"{part}.py")) + sorted((APP / part).rglob("*.py")):
            name = path.relative_to(APP).as_posix()
            if name not in SILENT:
                phrases = next((rule for pattern, rule in PHRASES.items() if re.fullmatch(pattern, name)), None)
                found.update(_sentences_in(ast.parse(path.read_text(encoding="utf-8")), phrases))
    return sorted(found)


def _sentences_in(tree: ast.Module, phrases: str | None) -> Iterator[str]:
    skipped = _skipped(tree)
    for node in ast.walk(tree):
        text = _template(node) if id(node) not in skipped else None
        if text is None or _SQL.match(text) or not _HAS_WORDS.search(re.sub(r"\{\d+\}", "", text)):
            continue
        if _SENTENCE.fullmatch(text) or (phrases is not None and re.fullmatch(phrases, text)):
            yield text


def _skipped(tree: ast.Module) -> set[int]:
    """Docstrings, log calls, types written as text, and the pieces of f-strings, which are taken whole."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            skipped.update(id(piece) for piece in node.values)
            skipped.update(
                id(inner)
                for piece in node.values
                if isinstance(piece, ast.FormattedValue) and piece.format_spec is not None
                for inner in ast.walk(piece.format_spec)
            )
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
            skipped.update(id(inner) for inner in ast.walk(node))
        kind = getattr(node, "returns", None) or getattr(node, "annotation", None)
        if isinstance(kind, ast.AST):
            skipped.update(id(inner) for inner in ast.walk(kind))
    return skipped


def _template(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    pieces, fields = [], 0
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            pieces.append(str(piece.value).replace("{", "{{").replace("}", "}}"))
        else:
            pieces.append(f"{{{fields}}}")
            fields += 1
    return "".join(pieces)


def catalog() -> str:
    """The source of app/ui/sentence_catalog.py."""
    lines = [
        '"""Sentences of the parts that know no Qt. Written by packaging/build_translations.py; not by hand."""',
        "",
        "# ruff: noqa: E501",
        "# fmt: off",
        "from app.ui.actions import QT_TRANSLATE_NOOP",
        "",
        "TEMPLATES: tuple[str, ...] = (",
    ]
    lines += [f'    QT_TRANSLATE_NOOP("sentences", {_literal(text)}),' for text in sentences()]
    return "\n".join([*lines, ")", ""])


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def tool(name: str) -> Path:
    spec = find_spec("PySide6")
    assert spec is not None and spec.submodule_search_locations is not None, "PySide6 is not installed"
    folder = Path(spec.submodule_search_locations[0])
    return next(path for path in (folder / name, folder / f"{name}.exe", folder / "Qt/libexec" / name) if path.exists())


def update(language: str, target: Path) -> str:
    """Bring the .ts file `target` up to date with the source; returns what lupdate says."""
    with tempfile.TemporaryDirectory() as folder:
        names = [str(copy) for copy in _copies(Path(folder))]
        listing = Path(folder) / "files.txt"
        listing.write_text("\n".join(names), encoding="utf-8")
        command = [str(tool("lupdate")), f"@{listing}", "-no-obsolete", "-locations", "none"]
        command += ["-source-language", "en", "-target-language", language, "-ts", str(target)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


_OWN_TR = re.compile(r'^def tr\(.*?\n    return QCoreApplication\.translate\("(\w+)", .*?\n', re.MULTILINE | re.DOTALL)


_IMPORTED_TR = re.compile(r"^from app\.([\w.]+) import (?:[\w, ]*\b)?tr\b", re.MULTILINE)


def _copies(folder: Path) -> Iterator[Path]:
    """The files as lupdate understands them: a module's own `tr` function, and one that it imports from another
    module, is spelled out with its context."""
    for path in sorted((APP / "ui").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        own = _OWN_TR.search(text)
        if imported := _IMPORTED_TR.search(text):
            module = APP / f"{imported[1].replace('.', '/')}.py"
            own = _OWN_TR.search(module.read_text(encoding="utf-8"))
        if own:
            text = re.sub(r"(?<![\w.])tr\(", f'QCoreApplication.translate("{own[1]}", ', text.replace(own[0], ""))
        copy = folder / path.relative_to(APP)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
        yield copy


def release(source: Path, target: Path) -> None:
    command = [str(tool("lrelease")), "-silent", "-nounfinished", "-removeidentical", str(source), "-qm", str(target)]
    subprocess.run(command, check=True, capture_output=True)


def unfinished(source: Path) -> list[str]:
    """Texts in a .ts file that have no translation yet."""
    text = source.read_text(encoding="utf-8")
    messages = re.findall(r"<message.*?</message>", text, re.DOTALL)
    return [
        match[1]
        for message in messages
        if 'type="unfinished"' in message and (match := re.search(r"<source>(.*?)</source>", message, re.DOTALL))
    ]


def main() -> int:
    I18N.mkdir(exist_ok=True)
    CATALOG.write_text(catalog(), encoding="utf-8")
    left = 0
    for language in LANGUAGES:
        source = I18N / f"nearhalf_{language}.ts"
        print(update(language, source).strip())
        release(source, source.with_suffix(".qm"))
        for text in unfinished(source):
            left += 1
            print(f"not translated ({language}): {text}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
