"""One GET of a release feed (docs/release-feed.md), through the gate like all the rest. It says nothing of who asks.

What comes back is bytes of a stranger; app/core/updates.py judges them. Nothing is followed, kept or tried again.
"""

import re
import time
from typing import NoReturn

import httpx

from app.domain.backend import Backend
from app.domain.clearance import Gate, Purpose
from app.domain.errors import BackendError, FeedError, SettingsError, UntrustedCertificate
from app.net.address import Address, parse_url
from app.net.transport import GatedBackend, GatedTransport
from app.net.trust import trust_in

ANSWER_BYTES = 64 * 2**10
WHOLE_TIME_S = 30.0
_TIMEOUT = httpx.Timeout(10.0, connect=10.0)
_PATH = re.compile(r"/[A-Za-z0-9._~%/-]+")
_CHECK = "Check the address of the release feed, and the network."


def feed_address(url: str) -> Address:
    """Raises SettingsError for all but https (or http on loopback) with a file's path and no query."""
    advice = "Write it like https://host/releases.json, without a name, a password or a query."
    try:
        address = parse_url(url)
    except SettingsError as error:
        raise SettingsError("This cannot be the address of a release feed.", advice) from error
    if not _PATH.fullmatch(address.path):
        raise SettingsError("This cannot be the address of a release feed.", advice)
    return address


class FeedClient:
    """Asks one feed once. `abort` from any thread."""

    def __init__(self, url: str, gate: Gate, ca_file: str | None = None) -> None:
        """The gate has been told of the address (PrivacyGate.allow_feed). Raises SettingsError."""
        self._address = feed_address(url)
        trust = trust_in(Backend("", url, "", ca_file)) if self._address.is_tls else None
        self._network = GatedBackend(gate, self._address, trust)
        self._network.purpose = Purpose.UPDATE_CHECK

    def fetch(self) -> bytes:
        """The feed as it came, at most ANSWER_BYTES. Raises FeedError, NotCleared, LedgerError."""
        client = httpx.Client(
            transport=GatedTransport(self._network),
            headers={"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "nearhalf"},
            timeout=_TIMEOUT,
            trust_env=False,
            follow_redirects=False,
        )
        try:
            with client, client.stream("GET", self._address.base_url, headers={"Connection": "close"}) as response:
                return _body(response)
        except FeedError:
            raise
        except UntrustedCertificate as error:
            raise FeedError(
                f"The certificate of {self._address.host} is not trusted. Nothing was asked.",
                "Check the address of the release feed. Look for new versions another way meanwhile.",
            ) from error
        except (BackendError, httpx.HTTPError) as error:
            raise FeedError(f"{self._address.host} did not answer the question for a new version.", _CHECK) from error

    def abort(self) -> None:
        """Break off what is under way: it raises FeedError."""
        self._network.abort()


def _body(response: httpx.Response) -> bytes:
    if 300 <= response.status_code < 400:
        _refuse("The release feed sends on to another address, which is not followed.")
    if response.status_code != 200:
        _refuse("There is no release feed at this address.")
    until_s = time.monotonic() + WHOLE_TIME_S
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > ANSWER_BYTES or time.monotonic() > until_s:
            _refuse("The answer is too long or too slow to be a release feed.")
    return bytes(body)


def _refuse(message: str) -> NoReturn:
    raise FeedError(message, _CHECK)
