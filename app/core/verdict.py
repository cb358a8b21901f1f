"""Whether an adapter helped, honestly: the model asked with it and without it, on what it never saw.

Four questions: held-out loss (held_out.py), ability at other things (general_set.py), secrets that come out
(memorisation.py), and texts for the person's own blind judgement (side_by_side.py).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.continuations import Checked
from app.core.general_set import general_ability, general_set
from app.core.held_out import HeldOutNote, held_out_loss, overfit_step
from app.core.memorisation import Memorisation
from app.core.ports import Tokens
from app.core.side_by_side import pairs_of
from app.core.tuning import EvalPoint, Verdict
from app.core.tuning_ports import Scorer
from app.domain.notes import NotesSet
from app.notes.parts import document_of

HELD_OUT = "Asking both models about the notes that were held back."
GENERAL = "Asking both models general questions."
SECRETS = "Looking whether secrets from the notes come out."
PAIRS = "Writing texts for you to compare."


@dataclass(frozen=True, slots=True)
class Case:
    """What the two models are asked about. separator: the token before each note. evaluations: of the run.

    window: tokens of one sequence, as in training. evaluation_tokens: of the held-out notes, that chose the step.
    """

    notes: NotesSet
    tokenizer: Tokens
    separator: int
    evaluations: Sequence[EvalPoint]
    steps: int
    seed: int
    window: int
    evaluation_tokens: int


def judge(
    case: Case, before: Scorer, after: Scorer, check: Callable[[], None], report: Callable[[str], None]
) -> Verdict:
    """`check` is called before every question, and raises Cancelled where the person has stopped it; `report` says in
    one sentence what is under way. Raises AppError."""
    started_s = time.monotonic()
    notes, tokenizer, separator, seed = case.notes, case.tokenizer, case.separator, case.seed
    plain, tuned = Checked(before, check), Checked(after, check)
    report(HELD_OUT)
    loss = held_out_loss(
        [HeldOutNote(note.source, note.title, tokenizer.encode(note.text)) for note in notes.held_out],
        plain,
        tuned,
        separator=separator,
        window=case.window,
        chosen_tokens=case.evaluation_tokens,
        seed=seed,
    )
    report(GENERAL)
    general = general_ability(general_set(), tokenizer, separator, plain, tuned, seed)
    report(SECRETS)
    memory = Memorisation(tokenizer, separator, seed, plain, tuned).check(notes)
    report(PAIRS)
    pairs = pairs_of(notes.held_out, tokenizer, separator, plain, tuned, seed)
    return Verdict(
        before=loss.before,
        after=loss.after,
        gain=loss.gain,
        kept_step=min(case.evaluations, key=lambda point: point.loss).step,
        steps=case.steps,
        overfit_step=overfit_step(case.evaluations),
        general_before=general.before,
        general_after=general.after,
        general_gain=general.gain,
        general_questions=general.questions,
        secrets_found=memory.found,
        secrets_tried=memory.tried,
        memorised=memory.memorised,
        pairs=pairs,
        held_out_notes=loss.notes,
        train_notes=len(notes.train),
        basis=loss.basis,
        witnesses=loss.witnesses,
        same_books=same_books(notes),
        is_fresh=loss.is_fresh,
        seconds=time.monotonic() - started_s,
    )


def same_books(notes: NotesSet) -> int:
    """Held-out notes that are parts of a text of which another part was learned."""
    learned = {document_of(note.title, note.source) for note in notes.train}
    return sum(document_of(note.title, note.source) in learned for note in notes.held_out)
