"""A backend to add or to change: its name, address and token, and the certificate to trust where nobody vouches for it.

"Check and save" reaches it first. A certificate that is not trusted is refused before the token goes out; the person
sees its fingerprint and decides.
"""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.core.settings_services import SettingsServices
from app.domain.backend import Backend, fingerprint_lines
from app.domain.errors import AppError, SettingsError, UntrustedCertificate
from app.storage.backends import checked_ca_file, checked_name, checked_url
from app.storage.secrets import checked_token
from app.ui.settings.controls import SecretField
from app.ui.settings.files import choose_to_open
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons, Card
from app.ui.settings.words import line, push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme

BUILT_IN = "built-in"


class CertificateCard(Card):
    """The fingerprint to compare, and the decision."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        spaced(body, theme, layout, "space_2", "space_4", "space_3")
        self._heading = line("", "strong", body)
        self._words = line("", "body", body)
        self.fingerprint = line("", "code", body)
        self.fingerprint.setTextInteractionFlags(self.fingerprint.textInteractionFlags().TextSelectableByMouse)
        self.trust = push(self.tr("Trust this certificate"), "danger", body)
        for part in (self._heading, self._words, self.fingerprint):
            layout.addWidget(part)
        layout.addWidget(Buttons(theme, body, self.trust))
        self.add(body)
        self.hide()

    def ask(self, error: UntrustedCertificate) -> None:
        self._heading.setText(
            self.tr("The backend shows another certificate than before")
            if error.is_changed
            else self.tr("Nobody vouches for this backend's certificate")
        )
        self._words.setText(
            self.tr(
                "Nothing was sent yet, no token either. Ask whoever runs the backend for the SHA-256 fingerprint of "
                "its certificate, by another way than this connection, and compare all of it. If it differs, someone "
                "may be in between."
            )
        )
        self.fingerprint.setText("\n".join(fingerprint_lines(error.fingerprint)))
        self.fingerprint.setAccessibleName(
            self.tr("SHA-256 fingerprint: {fingerprint}").format(fingerprint=self.fingerprint.text())
        )
        self.trust.show()
        self.show()


class BackendForm(QWidget):
    """Emits `saved` (its name) or `left`."""

    saved = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, services: SettingsServices, parent: QWidget) -> None:
        super().__init__(parent)
        self._services = services
        self._before: Backend | None = None
        self._fingerprint: str | None = None
        self._shown_fingerprint = ""
        self.name, self.url, self.ca_file = QLineEdit(), QLineEdit(), QLineEdit()
        self.token = SecretField(theme)
        self.name.setPlaceholderText("home")
        self.url.setPlaceholderText("https://gpu.example.org:8443")
        self.ca_file.setAccessibleName(self.tr("File of the certificate authority"))
        self.ca_file.setPlaceholderText(self.tr("not needed for most"))
        for field in (self.name, self.url, self.token, self.ca_file):
            Fit(field, theme, _widener(field))
            field.returnPressed.connect(self._check)
        self.browse = push(self.tr("Choose…"), "plain", self, self.tr("Choose the file of the certificate authority"))
        self.browse.clicked.connect(self._browse)
        self.pin = line("", "code", self)
        self.forget_pin = push(self.tr("Forget"), "plain", self, self.tr("Forget the trusted certificate"))
        self.forget_pin.clicked.connect(lambda: self._set_pin(None))
        self._card = card = Card(theme, self)
        card.row(self.tr("Name"), self.tr("Yours to choose: letters, digits, dots and hyphens."), self.name)
        card.row(
            self.tr("Address"),
            self.tr("https://, or http:// for a backend on this computer only (127.0.0.1)."),
            self.url,
        )
        self._token_row = card.row(self.tr("Token"), "", self.token)
        card.row(
            self.tr("Certificate authority"),
            self.tr("A PEM file, if the backend's certificate comes from an authority of its own."),
            Buttons(theme, card, self.ca_file, self.browse),
        )
        self._pin_row = card.row(
            self.tr("Trusted certificate"),
            self.tr("Only this one is accepted, whoever vouches for another."),
            Buttons(theme, card, self.pin, self.forget_pin),
        )
        self.certificate = CertificateCard(theme, self)
        self.certificate.trust.clicked.connect(self._trust)
        self.work = Work(theme, self)
        self.work.stop_requested.connect(services.stop_slow_work)
        self.work.busy_changed.connect(self._lock_fields)
        self.save = push(self.tr("Check and save"), "primary", self)
        self.save.clicked.connect(self._check)
        self.save_unchecked = push(self.tr("Save without checking"), "plain", self)
        self.save_unchecked.clicked.connect(self._save_as_is)
        self.cancel = push(self.tr("Back"), "plain", self)
        self.cancel.clicked.connect(self._leave)
        self._heading = line("", "strong", self)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_3")
        for part in (self._heading, card, self.certificate, self.work):
            layout.addWidget(part)
        layout.addWidget(Buttons(theme, self, self.save, self.save_unchecked, self.cancel))
        layout.addWidget(
            line(
                self.tr(
                    "Whoever runs the backend, records what it gets and has the same public model can rebuild your "
                    "text from it. Use one that you trust, or your own."
                ),
                "caption",
                self,
            )
        )
        layout.addStretch(1)

    def open(self, backend: Backend | None) -> None:
        """Empty, or with what is known of a backend."""
        self._before = backend
        self._heading.setText(
            self.tr("Add a backend") if backend is None else self.tr("Change {name}").format(name=backend.name)
        )
        self.name.setText(backend.name if backend else "")
        self.name.setEnabled(backend is None)
        self.url.setText(backend.url if backend else "")
        self.ca_file.setText((backend.ca_file or "") if backend else "")
        self.token.clear_secret()
        self._token_row.explain(
            self.tr("From whoever runs the backend.")
            if backend is None
            else self.tr("Leave it empty to keep the one you gave. Another address needs it again.")
        )
        self._set_pin(backend.fingerprint if backend else None)
        self.certificate.hide()
        self.work.hide()
        self.save_unchecked.hide()
        (self.url if backend else self.name).setFocus()

    def leave(self) -> None:
        """Nobody looks at it any more: a check under way is of no interest, and the token does not stay."""
        self.work.abandon()
        self.token.clear_secret()

    def end(self) -> None:
        """Wait for what is under way."""
        self.leave()
        self.work.end()

    def _leave(self) -> None:
        self.leave()
        self.left.emit()

    def _browse(self) -> None:
        path = choose_to_open(self, self.tr("Certificate authority"), self.tr("Certificates (*.pem *.crt *.cer)"))
        if path is not None:
            self.ca_file.setText(str(path))

    def _set_pin(self, fingerprint: str | None) -> None:
        self._fingerprint = fingerprint
        self.pin.setText("\n".join(fingerprint_lines(fingerprint)) if fingerprint else "")
        self._card.set_shown(self._pin_row, fingerprint is not None)

    def _trust(self) -> None:
        self._set_pin(self._shown_fingerprint)
        self.certificate.hide()
        self._check()

    def _backend(self) -> Backend:
        """As typed. Raises SettingsError with the field that is wrong."""
        name, url = checked_name(self.name.text().strip()), checked_url(self.url.text().strip())
        if name == BUILT_IN:
            raise SettingsError(self.tr("That is the name of Nearhalf's own backend."), self.tr("Choose another."))
        token = self.token.text()
        if not token.strip() and self._before is not None and self._before.url == url:
            token = self._services.backends.find(self._before.name).token
        ca_file = checked_ca_file(self.ca_file.text().strip() or None)
        return Backend(name, url, checked_token(token), ca_file, self._fingerprint)

    def _check(self) -> None:
        backend = self._typed()
        if backend is None or self.work.is_busy:
            return
        self.certificate.hide()
        self.save_unchecked.hide()
        self.work.run(
            "check-backend",
            self.tr("Reaching {url}").format(url=backend.url),
            lambda telling: self._reach(backend, telling),
            lambda _: self._keep(backend),
            self._fail,
        )

    def _reach(self, backend: Backend, telling: Telling) -> object:
        return self._services.models_at(backend, telling.say)

    def _fail(self, error: AppError) -> bool:
        if isinstance(error, UntrustedCertificate) and error.fingerprint:
            self._shown_fingerprint = error.fingerprint
            self.certificate.ask(error)
            self.certificate.trust.setFocus()
            return True
        self.save_unchecked.show()
        return False

    def _save_as_is(self) -> None:
        backend = self._typed()
        if backend is not None:
            self._keep(backend)

    def _typed(self) -> Backend | None:
        try:
            return self._backend()
        except AppError as error:
            self.work.say("danger", error.message, error.advice)
            return None

    def _keep(self, backend: Backend) -> None:
        try:
            warning = self._services.backends.add(replace(backend))
        except AppError as error:
            self.work.say("danger", error.message, error.advice)
            return
        self.token.clear_secret()
        self.saved.emit(backend.name)
        if warning:
            self.work.say("warning", warning)

    def _lock_fields(self, is_busy: bool) -> None:
        for part in (self.url, self.token, self.ca_file, self.browse, self.save, self.forget_pin):
            part.setEnabled(not is_busy)
        self.name.setEnabled(not is_busy and self._before is None)


def _widener(field: QLineEdit) -> Callable[..., None]:
    return lambda metrics: field.setMinimumWidth(round(metrics.control * 7.5))
