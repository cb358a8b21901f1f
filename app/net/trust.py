"""Whose certificate is accepted: what the system's authorities vouch for, a person's own authority, or one pinned one.

A pinned certificate is compared whole (SHA-256 of its DER form), as SSH does with host keys: no authority, name or date
is asked, because no one else vouches for it. TLS itself proves that the peer holds the certificate's key.
"""

import hashlib
import ssl
import sys
from dataclasses import dataclass

from app.domain.backend import Backend
from app.domain.errors import SettingsError, UntrustedCertificate
from app.net.key_log import write_keys_of


@dataclass(frozen=True, slots=True)
class Trust:
    """How to shake hands. fingerprint: the one certificate to accept; None: those that the context trusts."""

    context: ssl.SSLContext
    fingerprint: str | None = None


def trust_in(backend: Backend) -> Trust:
    """TLS 1.2 or newer, always. Raises SettingsError where `ca_file` cannot be read."""
    if backend.fingerprint is not None:
        pinned = reading_context()
        write_keys_of(pinned)
        return Trust(pinned, backend.fingerprint)
    context = _judging_context()
    write_keys_of(context)
    if backend.ca_file is not None:
        try:
            context.load_verify_locations(cafile=backend.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                "The file of trusted certificates cannot be read.",
                "Choose a PEM file with the backend's certificate authority.",
            ) from error
    return Trust(context)


def _judging_context() -> ssl.SSLContext:
    """What ssl.create_default_context gives, which alone would also obey SSLKEYLOGFILE (key_log.py)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # demands a certificate, and that its name fits
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if sys.version_info >= (3, 13):
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    context.load_default_certs()
    return context


def reading_context() -> ssl.SSLContext:
    """Accepts any certificate: only for comparing it, or reading it, before anything is written."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def fingerprint_of(shaken: ssl.SSLSocket) -> str:
    """SHA-256 of the peer's certificate in hex; "" where it has none."""
    certificate = shaken.getpeercert(binary_form=True)
    return hashlib.sha256(certificate).hexdigest() if certificate else ""


def not_trusted(host: str, reason: str, fingerprint: str) -> UntrustedCertificate:
    return UntrustedCertificate(
        f"The certificate of {host} is not trusted: {reason}. Nothing was sent.",
        "If the backend is your own, compare its fingerprint and trust it in the settings, or name its certificate "
        "authority with --ca-file. Otherwise do not connect.",
        fingerprint=fingerprint,
    )


def changed(host: str, fingerprint: str) -> UntrustedCertificate:
    return UntrustedCertificate(
        f"{host} showed another certificate than the one you trusted. Nothing was sent.",
        "Someone may be in between. Ask whoever runs the backend whether its certificate was renewed, and compare the "
        "new fingerprint before you trust it in the settings.",
        fingerprint=fingerprint,
        is_changed=True,
    )
