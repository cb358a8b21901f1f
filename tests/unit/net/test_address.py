"""A backend's URL: what is accepted, and that nothing but loopback goes without TLS."""

import pytest

from app.domain.errors import SettingsError
from app.net.address import parse_url


@pytest.mark.parametrize(
    ("url", "name", "base_url"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/", "localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "[::1]:8000", "http://[::1]:8000"),
        ("https://gpu.example", "gpu.example:443", "https://gpu.example:443"),
        ("https://GPU.example:8443/nearhalf/", "gpu.example:8443", "https://gpu.example:8443/nearhalf"),
        (" https://gpu.example ", "gpu.example:443", "https://gpu.example:443"),
    ],
)
def test_addresses_are_taken_apart(url: str, name: str, base_url: str) -> None:
    address = parse_url(url)
    assert (address.name, address.base_url) == (name, base_url)


@pytest.mark.parametrize(
    "url",
    [
        "", "gpu.example", "ftp://gpu.example", "ws://127.0.0.1", "https://", "https://h:99999", "https://user:pw@h",
        "https://h?token=x", "https://h#x", "http://gpu.example", "http://192.168.1.4:8000", "http://127.0.0.1.evil.example",
        "http://localhost.evil.example", "http://[::1",
    ],
)  # fmt: skip
def test_other_addresses_are_refused_with_advice(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_url(url)
    assert caught.value.advice
