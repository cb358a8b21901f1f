"""Kinds by their names on screen. What is said of redaction follows DESIGN.md section 6: it helps, it hides nothing."""

from PySide6.QtCore import QCoreApplication


def tr(text: str) -> str:
    return QCoreApplication.translate("redaction", text)


def kind_words() -> dict[str, str]:
    return {
        "own": tr("Your own list"),
        "person": tr("Names of people"),
        "mail": tr("Mail addresses"),
        "phone": tr("Phone numbers"),
        "address": tr("Postal addresses"),
        "card": tr("Payment cards"),
        "iban": tr("Bank accounts (IBAN)"),
        "social": tr("Social security and national insurance numbers"),
        "passport": tr("Passport, identity card and licence numbers"),
        "tax": tr("Tax numbers"),
        "birth": tr("Dates of birth"),
        "key": tr("Passwords, tokens and keys"),
        "url": tr("Secrets in web addresses"),
        "ip": tr("IP addresses"),
        "organisation": tr("Organisations"),
        "place": tr("Places"),
    }
