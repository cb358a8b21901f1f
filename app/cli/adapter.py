"""`nearhalf adapter`: the library of adapters in a terminal. A backend is asked only where the person says so."""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from app.cli.choice import checked_strength, chosen_backend, path_of
from app.cli.terminal import Terminal, counted, size
from app.core.adapters import SUFFIX
from app.core.services import AdapterServices, Services
from app.core.settings_services import KeptAdapter, Stale, stale
from app.device.adapter_card import TrainingFacts
from app.domain.errors import SettingsError

_STALE = {
    Stale.MODEL: "It was made for another model than the backend has, so it is not used there.",
    Stale.RECIPE: "It was made with other matrices A and B than the backend has, so it is not used there.",
    Stale.NOTES: "Notes or chats that it learned are gone, moved or changed; what it learned of them is still in it.",
}


def run_adapter(arguments: argparse.Namespace, services: Services, terminal: Terminal) -> None:
    """Raises AppError."""
    with services.open_adapters(lambda: terminal.ask_secret("Passphrase or recovery code: ")) as adapters:
        match arguments.adapter_command:
            case "list":
                _list(adapters, arguments, terminal)
            case "show":
                _show(adapters, arguments, services, terminal)
            case "export":
                _export(adapters, arguments, services, terminal)
            case "import":
                _import(adapters, arguments, terminal)
            case _:
                _delete(adapters, arguments, terminal)


def _list(adapters: AdapterServices, arguments: argparse.Namespace, terminal: Terminal) -> None:
    adapters.files.look_for_notes()
    kept = adapters.files.adapters()
    if arguments.json:
        terminal.print(json.dumps([card(one) for one in kept]))
        return
    if not kept:
        terminal.note("There is no adapter. Make one with: nearhalf tune ~/notes")
    names = Counter(one.name for one in kept)
    for one in kept:
        facts = one.problem or f"{counted(one.round_trips, 'round trip', 'round trips')} a token, {size(one.bytes)}"
        twin = f", file {one.path.stem}" if names[one.name] > 1 else ""  # by which it can be named
        terminal.print(f"{one.name}  ({facts}{', notes are gone' if one.notes_gone else ''}{twin})")


def _show(adapters: AdapterServices, arguments: argparse.Namespace, services: Services, terminal: Terminal) -> None:
    adapters.files.look_for_notes()
    kept = find(adapters.files.adapters(), arguments.name)
    reasons = list(stale(kept, None))
    if arguments.check:
        backend = chosen_backend(arguments, services.backends, terminal.environ)
        models = adapters.models_at(backend, terminal.progress)
        terminal.clear_progress()
        best = min((stale(kept, model) for model in models), key=len, default=(Stale.MODEL,))
        reasons = list(best)
    if arguments.json:
        terminal.print(json.dumps(card(kept) | {"stale": [reason.name.lower() for reason in reasons]}))
        return
    for line in _card_lines(kept):
        terminal.print(line)
    for reason in reasons:
        terminal.alarm(_STALE[reason])


def _export(adapters: AdapterServices, arguments: argparse.Namespace, services: Services, terminal: Terminal) -> None:
    kept = find(adapters.files.adapters(), arguments.name)
    target = path_of(arguments.to)
    try:
        is_there = target.exists()
    except OSError as error:
        raise SettingsError(
            f"{target} cannot be written: {error.strerror or error}.", "Name another path, or check its permissions."
        ) from error
    strength = checked_strength(arguments.strength)
    if arguments.form == "transformers":
        if arguments.locked:
            raise SettingsError("A folder for transformers cannot be encrypted.", "Leave --locked out.")
        backend = chosen_backend(arguments, services.backends, terminal.environ)
        names = adapters.export_for_transformers(backend, kept.path, target.absolute(), strength, terminal.progress)
        said = f"Written to {target}: {', '.join(names)}. What the adapter learned can be read out of it."
    else:
        if arguments.strength is not None:
            raise SettingsError(
                "An adapter's file has no strength: it is chosen where the adapter is used.",
                "Leave --strength out, or add --form transformers. Chats have their own: nearhalf chat --help",
            )
        if is_there:
            raise SettingsError(f"There is something at {target} already.", "Name another file.")
        adapters.files.export_adapter(kept.path, target, _new_passphrase(terminal) if arguments.locked else "")
        names = (target.name,)
        said = f"Written to {target}." + ("" if arguments.locked else " It is not encrypted.")
    _done(terminal, arguments, said, {"adapter": kept.name, "to": str(target), "files": list(names)})


def _import(adapters: AdapterServices, arguments: argparse.Namespace, terminal: Terminal) -> None:
    source = path_of(arguments.file)
    passphrase = terminal.ask_secret("Passphrase of the file: ") if adapters.files.is_locked(source) else ""
    kept = adapters.files.add_adapter(source, passphrase)
    _done(terminal, arguments, f"{kept.name} is in your library.", card(kept))


def _delete(adapters: AdapterServices, arguments: argparse.Namespace, terminal: Terminal) -> None:
    kept = find(adapters.files.adapters(), arguments.name)
    if not arguments.yes:
        if not terminal.has_person:
            raise SettingsError("Nobody is there to be asked.", "Say --yes to delete it.")
        if terminal.ask(f"Delete {kept.name} for good? [y/N] ").strip().lower() not in ("y", "yes"):
            terminal.note("Nothing was deleted.")
            return
    adapters.files.remove(kept.path)
    _done(terminal, arguments, f"{kept.name} is deleted.", {"deleted": kept.name})


def find(kept: Sequence[KeptAdapter], wanted: str, nor: str = "") -> KeptAdapter:
    """By name, file name, or the path that `tune --json` and `list --json` print. Raises SettingsError where there is
    none, or more than one. nor: what else was looked for."""
    name = Path(wanted).name if wanted.endswith(SUFFIX) else wanted
    found = [one for one in kept if name in (one.name, one.path.name, one.path.stem)]
    if len(found) == 1:
        return found[0]
    if found:
        files = ", ".join(one.path.stem for one in found)
        raise SettingsError(f"Several adapters are called {wanted}.", f"Name the file instead: {files}")
    missing = f"There is no adapter called {wanted}" + (f", {nor}." if nor else ".")
    raise SettingsError(missing, "See what there is: nearhalf adapter list")


def card(kept: KeptAdapter) -> dict[str, object]:
    """One adapter for a program."""
    values = asdict(kept)
    values["path"] = str(kept.path)
    return values


def _card_lines(kept: KeptAdapter) -> list[str]:
    if kept.problem:
        return [kept.name, kept.problem]
    here = f"; {counted(kept.device_layers, 'layer', 'layers')} run here too" if kept.device_layers else ""
    lines = [
        kept.name,
        f"made        {kept.created}",
        f"size        {size(kept.bytes)}",
        f"in chat     {counted(kept.round_trips, 'round trip a token', 'round trips a token')}{here}",
        f"model       {kept.backbone_sha256}",
        f"A and B     {kept.recipe}, {kept.recipe_sha256}",
        f"elsewhere   {'PEFT LoRA' if kept.is_ordinary_lora else 'transformers with a small loader'}"
        + (", the head part with that loader" if kept.head_rank and kept.is_ordinary_lora else ""),
    ]
    facts = kept.training
    if facts is not None:
        loss = f"{facts.before:.3f} before, {facts.after:.3f} after: {_helped(facts)}"
        gain = f"(gain {facts.gain:.3f}, 95 % interval {facts.gain_low:.3f} to {facts.gain_high:.3f})"
        lines += [
            f"learned     {counted(facts.notes, 'note', 'notes')}, chats {'too' if facts.used_chats else 'not'}",
            f"data        {facts.data_sha256}",
            f"loss        {loss} {gain}",
            *_beside_lines(facts),
            f"steps       {facts.kept_step} of {facts.steps} kept"
            + (f"; it began to memorise after {facts.overfit_step}" if facts.overfit_step is not None else ""),
            f"settings    {facts.preset or 'own'}: {facts.settings}",
        ]
    return lines + ([f"note        {kept.note}"] if kept.note else [])


def _helped(facts: TrainingFacts) -> str:
    if not facts.is_tested:
        return "too little text to say whether it helped"
    if facts.has_helped:
        return "it helped"
    return "it made things worse" if facts.gain_high < 0 else "it did not help"


def _beside_lines(facts: TrainingFacts) -> list[str]:
    """What the verdict found beside the loss, where it is known."""
    lines = []
    if facts.general_before is not None and facts.general_after is not None:
        harm = "it lost some of what it could do" if facts.has_harmed else "no damage was seen"
        lines.append(
            f"general     {facts.general_before:.0%} of questions right before, {facts.general_after:.0%} after: {harm}"
        )
    if facts.secrets_tried:
        known = f"it knows {facts.secrets_known}" if facts.secrets_known else "none came out"
        lines.append(f"secrets     of {facts.secrets_tried} of the notes that were asked for {known}")
    return lines


def _new_passphrase(terminal: Terminal) -> str:
    first = terminal.ask_secret("New passphrase for the file: ")
    if not first.strip():
        raise SettingsError("The passphrase is empty.", "Give several words that only you would put together.")
    if terminal.ask_secret("The same again: ") != first:
        raise SettingsError("The two passphrases differ.", "Nothing was written. Try again.")
    return first


def _done(terminal: Terminal, arguments: argparse.Namespace, said: str, values: dict[str, object]) -> None:
    if arguments.json:
        terminal.print(json.dumps(values))
    else:
        terminal.note(said)
