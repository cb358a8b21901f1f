"""Fine-tuning in words: reasons, states, times, costs. Words only, no widgets.

Percentages are of perplexity (exp of the loss a token): 18 % better means that it chooses among 18 % fewer words.
"""

import math

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt

from app.core.tuning import JobProgress, JobState, Preset, Probe, TuningJob, TuningSettings
from app.core.tuning_presets import is_ordinary_lora
from app.domain.notes import Folded, Left, SecretChoice, Unread
from app.ui.words import counted, locale, number, size


def tr(text: str) -> str:
    return QCoreApplication.translate("tuning", text)


def unread_words(why: Unread) -> str:
    """Why nothing of a file was read."""
    return {
        Unread.UNKNOWN_KIND: tr("Not a kind of file that holds notes"),
        Unread.EMPTY: tr("Empty"),
        Unread.NO_TEXT: tr("No text found, as in scanned pages"),
        Unread.BINARY: tr("Called a text file, but holds no text"),
        Unread.TOO_LARGE: tr("Too large"),
        Unread.UNPACKS_TOO_LARGE: tr("Unpacks to more than it may"),
        Unread.TOO_DEEP: tr("Too many folders or archives inside each other"),
        Unread.TOO_MANY_FILES: tr("Beyond the largest number of files"),
        Unread.FULL: tr("No room left: all notes together reached the limit"),
        Unread.SYMLINK: tr("A link to another place, which is not followed"),
        Unread.SPECIAL: tr("Not an ordinary file"),
        Unread.UNSAFE_NAME: tr("A name that leads out of its archive"),
        Unread.SKIPPED_FOLDER: tr("Settings, trash or hidden"),
        Unread.NO_PERMISSION: tr("This account may not read it"),
        Unread.VANISHED: tr("Gone while it was being read"),
        Unread.CHANGED: tr("Changed while it was being read"),
        Unread.INPUT_ERROR: tr("The disk could not read it"),
        Unread.BROKEN: tr("Damaged"),
        Unread.ENCRYPTED: tr("Locked with a password"),
        Unread.HOSTILE: tr("Made to harm whoever reads it"),
    }[why]


def left_words(left: Left) -> str:
    """What was left out of files that were read."""
    return {
        Left.FRONT_MATTER: tr("Lines of front matter"),
        Left.COMMENTS: tr("Comments"),
        Left.IMAGES: tr("Pictures"),
        Left.ADDRESSES: tr("Addresses of links, whose words are kept"),
        Left.EMBEDS: tr("Embeds that were not found or hold no text"),
        Left.EMBEDS_ELSEWHERE: tr("Embeds that stand in another note"),
        Left.SCRIPTS: tr("Scripts and styles"),
        Left.FORMS: tr("Menus and forms"),
        Left.HIDDEN: tr("Hidden elements"),
        Left.PAGES_WITHOUT_TEXT: tr("Pages without text"),
        Left.BROKEN_PAGES: tr("Pages that cannot be read"),
        Left.LATER_PAGES: tr("Pages beyond the limit"),
        Left.RUNNING_LINES: tr("Headers and footers of pages"),
        Left.DELETED_TEXT: tr("Pieces of deleted text"),
        Left.MACROS: tr("Macros"),
        Left.EXTERNAL: tr("References to elsewhere, which are not fetched"),
        Left.ATTACHMENTS: tr("Attachments of mail"),
        Left.QUOTES: tr("Quoted lines"),
        Left.SIGNATURES: tr("Signatures"),
        Left.EMPTY_MESSAGES: tr("Messages without text"),
        Left.LARGE_MESSAGES: tr("Messages beyond the limit"),
        Left.BAD_CHARACTERS: tr("Characters that are none"),
        Left.WRONG_CHARSET: tr("Declared encodings that do not fit, for which another one was found"),
        Left.LONG_ROWS: tr("Rows beyond the limit"),
        Left.REPLIES: tr("Replies of the model"),
    }[left]


def folded_words(why: Folded) -> str:
    return {
        Folded.SAME: tr("{source}: the same text as {into}"),
        Folded.NEARLY_SAME: tr("{source}: nearly the same text as {into}"),
        Folded.INSIDE: tr("{source}: stands wholly inside {into}"),
    }[why]


def secret_choices() -> list[tuple[object, str]]:
    return [
        (SecretChoice.LEAVE, tr("Leave it in")),
        (SecretChoice.REPLACE, tr("Replace it")),
        (SecretChoice.DROP_PASSAGE, tr("Leave the passage out")),
    ]


def notes_words(count: int) -> str:
    return counted(count, tr("1 note"), tr("%n notes"))


def words_words(count: int) -> str:
    return counted(count, tr("1 word"), tr("%n words"))


def preset_words(preset: Preset | None) -> str:
    if preset is None:
        return tr("Your own settings")
    return {Preset.QUICK: tr("Quick"), Preset.BALANCED: tr("Balanced"), Preset.THOROUGH: tr("Thorough")}[preset]


def preset_sentence(preset: Preset) -> str:
    return {
        Preset.QUICK: tr("Reads your notes once. To see whether it is worth more."),
        Preset.BALANCED: tr("Reads them three times. What most people want."),
        Preset.THOROUGH: tr(
            "Reads them four times and changes more of the model. Slower, in training and in chats; on the texts that "
            "we measured it learned a little more."
        ),
    }[preset]


def duration(seconds: float) -> str:
    if seconds < 60:
        return tr("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 90:
        return counted(minutes, tr("1 minute"), tr("%n minutes"))
    return tr("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


def duration_range(low_s: float, high_s: float) -> str:
    """about 10 to 16 minutes"""
    low, high = round(low_s / 60), round(high_s / 60)
    if high < 1:
        return tr("less than a minute")
    if high >= 90:
        hours = [locale().toString(value / 3600, "f", 1) for value in (low_s, high_s)]
        return tr("about {low} to {high} hours").format(low=hours[0], high=hours[1])
    if max(1, low) == high:
        return tr("about {time}").format(time=duration(high * 60))
    return tr("about {low} to {high} minutes").format(low=max(1, low), high=high)


def probe_words(probe: Probe) -> str:
    """What a preset costs, as estimated from some steps."""
    traffic = tr("{up} up, {down} down").format(up=size(probe.bytes_up), down=size(probe.bytes_down))
    words = tr("Estimated: {time}, then {verdict} for the verdict.\n{memory} of memory, traffic {traffic}.")
    return words.format(
        time=duration_range(*probe.seconds),
        verdict=duration_range(*probe.verdict_seconds),
        memory=size(probe.memory_bytes),
        traffic=traffic,
    )


def speed_words(probe: Probe) -> str:
    """What chats with the adapter cost."""
    trips = trips_words(probe.round_trips)
    if probe.chat_slowdown < 1.05:
        return tr("Chats stay as fast as they are ({trips}).").format(trips=trips)
    times = locale().toString(probe.chat_slowdown, "f", 1)
    return tr("A reply then takes {times} times as long ({trips}).").format(times=times, trips=trips)


def trips_words(count: int) -> str:
    return counted(count, tr("1 round trip a token"), tr("%n round trips a token"))


def form_words(settings: TuningSettings) -> str:
    """Which of the two kinds of file it will be."""
    if is_ordinary_lora(settings.plan):
        return tr("It can be exported as an ordinary LoRA adapter, which PEFT and other programs read.")
    return tr("The file is in Nearhalf's own open format; it cannot become an ordinary LoRA adapter.")


def state_words(state: JobState) -> str:
    return {
        JobState.PREPARING: tr("Preparing"),
        JobState.TRAINING: tr("Training"),
        JobState.EVALUATING: tr("Testing on held-back notes"),
        JobState.WAITING: tr("Waiting"),
        JobState.PAUSED: tr("Paused"),
        JobState.JUDGING: tr("Making the result"),
        JobState.FINISHED: tr("Finished"),
        JobState.FAILED: tr("Stopped by an error"),
    }[state]


def happening(progress: JobProgress, patience: int) -> str:
    """What a job does now, and how well it goes, in words."""
    now = {
        JobState.PREPARING: tr("The model and your notes are being made ready."),
        JobState.TRAINING: tr("The adapter learns from your notes, step by step."),
        JobState.EVALUATING: tr("It is tested on the notes that were held back."),
        JobState.WAITING: tr("It waits, and goes on by itself."),
        JobState.PAUSED: tr("Paused. It goes on exactly where it stopped."),
        JobState.JUDGING: tr(
            "Training is over. With and without the adapter, the model is asked about held-back notes."
        ),
        JobState.FINISHED: tr("Done."),
        JobState.FAILED: tr("It stopped. What it learned until then is kept."),
    }[progress.state]
    return f"{now} {_trend(progress, patience)}".strip()


def _trend(progress: JobProgress, patience: int) -> str:
    tests, best = progress.evaluations, progress.best
    if len(tests) < 2 or best is None:
        return ""
    gain = better_percent(tests[0].loss - best.loss)
    since = sum(1 for test in tests if test.step > best.step)
    if gain < 1:
        return tr("So far it predicts notes it never saw no better than before.")
    words = tr("So far it predicts notes it never saw {percent} % better.").format(percent=gain)
    if since and progress.state in (JobState.TRAINING, JobState.EVALUATING):
        more = counted(
            since,
            tr("The last test brought no gain; after {patience} such tests it ends by itself."),
            tr("The last %n tests brought no gain; after {patience} such tests it ends by itself."),
        )
        return f"{words} {more.format(patience=patience)}"
    return words


def progress_words(progress: JobProgress) -> str:
    """Step 120 of 400, about 12 minutes left"""
    where = tr("Step {step} of {steps}").format(step=number(progress.step), steps=number(progress.steps))
    if progress.seconds_left is None or progress.state in (JobState.PAUSED, JobState.FAILED, JobState.WAITING):
        return where
    if progress.seconds_left < 60:
        return tr("{where}, less than a minute left").format(where=where)
    return tr("{where}, about {time} left").format(where=where, time=duration(progress.seconds_left))


def percent_done(progress: JobProgress) -> int:
    return min(100, 100 * progress.step // max(1, progress.steps))


def chip_words(job: TuningJob) -> str:
    """In the list of chats, while a job runs or has something to say."""
    progress = job.progress
    if progress.state in (JobState.TRAINING, JobState.EVALUATING):
        return tr("Fine-tuning: {percent} %").format(percent=percent_done(progress))
    return {
        JobState.FINISHED: tr("Fine-tuning is done: see the result"),
        JobState.FAILED: tr("Fine-tuning stopped: see why"),
        JobState.PAUSED: tr("Fine-tuning is paused"),
        JobState.WAITING: tr("Fine-tuning waits: see why"),
        JobState.JUDGING: tr("Fine-tuning: making the result"),
    }.get(progress.state, tr("Fine-tuning: preparing"))


def better_percent(gain: float) -> int:
    """A fall of the loss by `gain` nats, as the share by which the perplexity falls."""
    return round(100 * (1 - math.exp(-gain)))


def loss_words(loss: float) -> str:
    return locale().toString(loss, "f", 2)


def tally_words(chosen: int, other: int, neither: int) -> str:
    """What the person preferred, over all pairs voted on."""
    words = tr("You chose the fine-tuned model {chosen} times, the other one {other} times, neither {neither} times.")
    return words.format(chosen=number(chosen), other=number(other), neither=number(neither))


def created_words(job: TuningJob) -> str:
    made = QDateTime.fromString(job.created, Qt.DateFormat.ISODate)
    return locale().toString(made.toLocalTime(), QLocale.FormatType.ShortFormat) if made.isValid() else job.created
