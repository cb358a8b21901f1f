"""What stays here, what leaves, who could still read it, what helps: DESIGN.md section 6 in a person's words.

Never on screen: encrypted (of what is sent), anonymous, unreadable, "the cloud cannot see".
"""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True, slots=True)
class Fact:
    icon: str
    heading: str
    sentence: str


def tr(text: str) -> str:
    return QCoreApplication.translate("privacy", text)


def facts() -> tuple[Fact, ...]:
    return (
        Fact(
            "stays",
            tr("What stays on this computer"),
            tr(
                "Your words, the replies, the tokens, your history and your adapters. The near half of the model turns "
                "words into numbers here, and numbers back into words."
            ),
        ),
        Fact(
            "leaves",
            tr("What leaves it"),
            tr(
                "Numbers, once a token, to the backend that runs the other half. You can see every one of them and "
                "count them; the backend stores none."
            ),
        ),
        Fact(
            "operator",
            tr("Who could still read it"),
            tr(
                "An operator who records the traffic and has the same public model can rebuild your text from the "
                "numbers, on the model that comes with Nearhalf all of it. So choose a backend that you trust."
            ),
        ),
        Fact(
            "done",
            tr("What really helps"),
            tr(
                "A backend of your own: the built-in one runs on this computer, and then the operator is you. Leave "
                "out names and numbers that nobody should learn."
            ),
        ),
    )
