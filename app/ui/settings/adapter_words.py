"""What an adapter's card says, in words."""

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt

from app.core.settings_services import KeptAdapter, Stale
from app.ui.sentences import in_words
from app.ui.words import counted, locale, number, size

translate = QCoreApplication.translate
HASH_SHOWN = 12  # digits of a hash; the whole is copied


def row_facts(adapter: KeptAdapter) -> str:
    """One line: what it costs, how it was made, how large it is."""
    if adapter.problem:
        return translate("adapters", "{size}. {problem}").format(
            size=size(adapter.bytes), problem=in_words(adapter.problem)
        )
    parts = [
        counted(
            adapter.round_trips,
            translate("adapters", "1 round trip a token"),
            translate("adapters", "%n round trips a token"),
        ),
        translate("adapters", "with a head part") if adapter.head_rank else "",
        translate("adapters", "recipe {recipe}").format(recipe=adapter.recipe),
        size(adapter.bytes),
    ]
    return translate("adapters", "{facts}, made on {day}").format(
        facts=", ".join(part for part in parts if part), day=day_made(adapter)
    )


def day_made(adapter: KeptAdapter) -> str:
    made = QDateTime.fromString(adapter.created, Qt.DateFormat.ISODate)
    return locale().toString(made.date(), QLocale.FormatType.ShortFormat) if made.isValid() else adapter.created


def score(adapter: KeptAdapter) -> str:
    """Whether it helped. Losses are nats a token on notes that it never saw."""
    facts = adapter.training
    if facts is None:
        return translate("adapters", "Not known: it was made elsewhere, or without a verdict.")
    if not facts.is_tested:
        return translate("adapters", "Not known: too little text was held back for a test.")
    before, after = _number(facts.before), _number(facts.after)
    low, high = _number(facts.gain_low), _number(facts.gain_high)
    if facts.has_helped:
        words = translate("adapters", "It helped: loss {before} without, {after} with it (gain {low} to {high}, 95 %).")
    elif facts.gain_high < 0:
        words = translate(
            "adapters", "It made things worse: loss {before} without, {after} with it (gain {low} to {high}, 95 %)."
        )
    else:
        words = translate(
            "adapters", "It did not help: loss {before} without, {after} with it (gain {low} to {high}, 95 %)."
        )
    return words.format(before=before, after=after, low=low, high=high)


def general(adapter: KeptAdapter) -> str:
    """What became of what the model could before; empty where that is not known."""
    facts = adapter.training
    if facts is None or facts.general_before is None or facts.general_after is None:
        return ""
    words = (
        translate("adapters", "It lost some of what it could do: {before} % right before, {after} % with it.")
        if facts.has_harmed
        else translate("adapters", "{before} % right before, {after} % with it: no damage was seen.")
    )
    return words.format(
        before=number(round(100 * facts.general_before)), after=number(round(100 * facts.general_after))
    )


def secrets(adapter: KeptAdapter) -> str:
    """How many it gives away; empty where that is not known."""
    facts = adapter.training
    if facts is None or facts.secrets_tried is None:
        return ""
    if not facts.secrets_tried:
        return translate("adapters", "Nothing that looks secret was in the notes that it learned.")
    if not facts.secrets_known:
        return translate("adapters", "None of the {tried} that were asked for came out.").format(
            tried=number(facts.secrets_tried)
        )
    known = counted(
        facts.secrets_known,
        translate("adapters", "It knows 1 of the {tried} that were asked for. Whoever uses it can get it out of it."),
        translate(
            "adapters", "It knows %n of the {tried} that were asked for. Whoever uses it can get them out of it."
        ),
    )
    return known.format(tried=number(facts.secrets_tried))


def learned(adapter: KeptAdapter) -> str:
    facts = adapter.training
    if facts is None:
        return ""
    notes = counted(facts.notes, translate("adapters", "1 note"), translate("adapters", "%n notes"))
    words = (
        translate("adapters", "{notes}, chats among them; step {step} of {steps} was kept")
        if facts.used_chats
        else translate("adapters", "{notes}, no chats; step {step} of {steps} was kept")
    )
    said = words.format(notes=notes, step=facts.kept_step, steps=facts.steps)
    if facts.overfit_step is None:
        return said
    return translate("adapters", "{learned}, since it began to memorise after step {overfit}").format(
        learned=said, overfit=number(facts.overfit_step)
    )


def elsewhere(adapter: KeptAdapter) -> str:
    """What it can be outside of Nearhalf."""
    if adapter.is_ordinary_lora and adapter.head_rank:
        return translate("adapters", "An ordinary PEFT LoRA; its head part needs the small loader beside it.")
    if adapter.is_ordinary_lora:
        return translate("adapters", "An ordinary PEFT LoRA.")
    return translate("adapters", "For transformers with a small loader; no ordinary LoRA can say what it does.")


def badge(reason: Stale) -> str:
    """One or two words beside the name."""
    return {
        Stale.MODEL: translate("adapters", "Another model"),
        Stale.RECIPE: translate("adapters", "Other matrices"),
        Stale.NOTES: translate("adapters", "Notes are gone"),
    }[reason]


def why_stale(adapter: KeptAdapter, reason: Stale) -> str:
    if reason is Stale.MODEL:
        return translate(
            "adapters",
            "It was made for another model than the backend in use has, so it is not used there. Choose the backend "
            "it was made with, or train it again.",
        )
    if reason is Stale.RECIPE:
        return translate(
            "adapters",
            "It was made with other matrices A and B than the backend in use has, so it is not used there. Choose the "
            "backend it was made with, or train it again.",
        )
    return counted(
        adapter.notes_gone,
        translate(
            "adapters",
            "1 note or chat that it learned is no longer where it was, or has changed. What it learned of it is still "
            "in it: to be rid of that too, delete the adapter.",
        ),
        translate(
            "adapters",
            "%n notes or chats that it learned are no longer where they were, or have changed. What it learned of them "
            "is still in it: to be rid of that too, delete the adapter.",
        ),
    )


def short_hash(value: str) -> str:
    return f"{value[:HASH_SHOWN]}…" if len(value) > HASH_SHOWN else value


def _number(value: float) -> str:
    return locale().toString(value, "f", 3)
