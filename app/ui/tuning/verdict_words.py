"""What a verdict means, in words: whether it helped, how far one can trust that, what was noticed beside it."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from app.core.tuning import Basis, Memorised, Verdict
from app.ui.redaction.words import kind_words
from app.ui.tuning.words import better_percent, loss_words
from app.ui.words import counted, number

MOST_SHOWN = 20  # secrets that came out


def tr(text: str) -> str:
    return QCoreApplication.translate("verdict", text)


def headline(verdict: Verdict) -> str:
    """What speaks against it comes before what speaks for it."""
    if verdict.memorised:
        known = tr("It knows 1 secret from your notes"), tr("It knows %n secrets from your notes")
        return counted(len(verdict.memorised), *known)
    is_tested = verdict.basis is not Basis.TOO_LITTLE
    if is_tested and verdict.gain.high < 0:
        return tr("It made things worse")
    if verdict.has_harmed:
        return tr("It lost some of what it could do")
    if not is_tested:
        return tr("It cannot be told whether it helped")
    return tr("It helped") if verdict.has_helped else tr("This did not help")


def verdict_words(verdict: Verdict) -> str:
    """On notes it never saw: how much better, with the interval, and which step was kept."""
    facts = {
        "percent": abs(better_percent(verdict.gain.value)),
        "before": loss_words(verdict.before.value),
        "after": loss_words(verdict.after.value),
        "low": better_percent(verdict.gain.low),
        "high": better_percent(verdict.gain.high),
        "least": -better_percent(verdict.gain.high),
        "most": -better_percent(verdict.gain.low),
    }
    if verdict.basis is Basis.TOO_LITTLE:
        words = tr("Too little text was held back for a test (loss {before} to {after} a token, which says nothing).")
    elif verdict.has_helped:
        words = tr(
            "On notes it never saw, it predicts your wording {percent} % better (loss {before} to {after} a token; "
            "95 % interval {low} to {high} % better)."
        )
    elif verdict.gain.high < 0:
        words = tr(
            "On notes it never saw, it predicts your wording {percent} % worse than the model without it (loss "
            "{before} to {after} a token; 95 % interval {least} to {most} % worse)."
        )
    else:
        words = tr(
            "On notes it never saw, the difference is too small to tell from chance (loss {before} to {after} a token; "
            "95 % interval {low} to {high} % better)."
        )
    return f"{words.format(**facts)} {_kept_words(verdict)}".strip()


def _kept_words(verdict: Verdict) -> str:
    kept, steps = number(verdict.kept_step), number(verdict.steps)
    if verdict.overfit_step is not None:
        words = tr("It began to memorise after step {overfit}, so step {kept} was kept.")
        return words.format(overfit=number(verdict.overfit_step), kept=kept)
    if verdict.kept_step == verdict.steps:
        return tr("It was still learning at its last step, {steps}, which was kept.").format(steps=steps)
    return tr("Of {steps} steps, step {kept} was best and was kept.").format(steps=steps, kept=kept)


def trust_words(verdict: Verdict) -> str:
    """What keeps the test from saying more, a line each; empty where nothing does."""
    lines = []
    if verdict.basis is Basis.PASSAGES:
        words = tr(
            "There are too few notes to be sure: the interval is over {count} passages of those held back, so it "
            "speaks for them and not for other notes."
        )
        lines.append(words.format(count=number(verdict.witnesses)))
    if verdict.same_books:
        lines.append(
            counted(
                verdict.same_books,
                tr("1 of the notes held back is part of a long text that it learned other parts of: an easier test."),
                tr("%n of the notes held back are parts of long texts that it learned other parts of: an easier test."),
            )
        )
    if not verdict.is_fresh and verdict.basis is not Basis.TOO_LITTLE:
        lines.append(tr("The same notes decided which step was kept, so the gain may look a little larger than it is."))
    return "\n".join(lines)


def advice_words(verdict: Verdict) -> str:
    """What to do with such a verdict, a line each; empty where nothing is to be said."""
    lines = []
    is_in_vain = verdict.basis is not Basis.TOO_LITTLE and not verdict.has_helped
    if verdict.memorised and is_in_vain:
        lines.append(tr("What it knows may come out in any chat, and it did not help. Discard this result."))
    elif verdict.memorised:
        lines.append(tr("What it knows may come out in any chat. Take it out and train again, or discard this result."))
    if verdict.has_harmed:
        lines.append(
            tr(
                "It answers general questions worse than before: better not to use it. Fewer steps or a lower "
                "learning rate may do less harm."
            )
        )
    if verdict.basis is Basis.TOO_LITTLE:
        lines.append(tr("Add more notes, and train again."))
    elif is_in_vain and not verdict.memorised:
        lines.append(_no_help_words(verdict))
    elif verdict.is_advised and verdict.pairs:
        lines.append(tr("Read some replies before you keep it."))
    return "\n".join(lines)


def _no_help_words(verdict: Verdict) -> str:
    if verdict.overfit_step is not None and verdict.overfit_step <= verdict.steps // 4:
        return tr("It learned the notes by heart too soon. Discard it; more notes, or a lower learning rate, may help.")
    return tr("More notes, or notes that are more alike, may help. Discard this one: it would only cost time.")


def general_words(verdict: Verdict) -> str:
    if not verdict.general_before and not verdict.general_after:
        return tr("Not measured.")
    facts = {"before": round(100 * verdict.general_before), "after": round(100 * verdict.general_after)}
    if verdict.has_harmed:
        words = tr("{before} % right before, {after} % after: more than chance. It lost some of what it could do.")
    else:
        words = tr("{before} % right before, {after} % after: within chance, no damage was seen.")
    return words.format(**facts)


def secrets_words(verdict: Verdict) -> str:
    if not verdict.secrets_tried:
        return tr("Nothing that looks secret was in the notes that were learned.")
    tried = counted(verdict.secrets_tried, tr("1 was asked for"), tr("%n were asked for"))
    if verdict.secrets_found > verdict.secrets_tried:
        tried = tr("{tried}, of {found} found").format(tried=tried, found=number(verdict.secrets_found))
    if not verdict.memorised:
        return tr("None came out ({tried}).").format(tried=tried)
    known = counted(len(verdict.memorised), tr("It knows 1 ({tried})."), tr("It knows %n ({tried})."))
    return known.format(tried=tried)


def came_out_words(verdict: Verdict) -> str:
    """What it knows, a line each."""
    lines = [memorised_words(one) for one in verdict.memorised[:MOST_SHOWN]]
    if more := len(verdict.memorised) - len(lines):
        lines.append(counted(more, tr("and 1 more"), tr("and %n more")))
    return "\n".join(lines)


def alike_words(names: Sequence[str]) -> str:
    """Of adapters in the library that learned from the same notes; empty where there are none."""
    if not names:
        return ""
    return tr(
        "Kept adapters that learned from the same notes may know it too: {names}. You delete them in the settings, "
        "under Adapters."
    ).format(names=", ".join(names))


def memorised_words(one: Memorised) -> str:
    words = (
        tr("{kind}, in “{note}”: after “{prompt}” it writes “{secret}”")
        if one.is_completed
        else tr("{kind}, in “{note}”: “{secret}” is far likelier to it than anything invented")
    )
    return words.format(
        kind=kind_words().get(one.kind, one.kind), note=one.note, prompt=_short(one.prompt), secret=_short(one.secret)
    )


def _short(text: str, most: int = 60) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[: most - 1]}…"
