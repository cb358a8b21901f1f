"""What an export proves and what it does not, in the words that go into every one (DESIGN.md section 6)."""

_CHAIN = (
    "The ledger is a chain: no record in it was altered, dropped, added or moved since the next one was written,"
    " except those that it names as erased."
)
_KEY = (
    "The signature shows which key made this export. Compare its fingerprint with the one that the app shows on that"
    " computer; nothing in an export can prove it."
)
_CAPTURE = (
    "Whoever controls that computer could have written another ledger from the start. What really left is what an"
    " independent capture of the network shows: compare it with `nearhalf audit verify EXPORT --pcap FILE`."
)
_OPERATOR = (
    "An operator who recorded the traffic and has the same public model can rebuild the text from the numbers that were"
    " sent. `nearhalf audit recover` measures how much."
)
PROVES = (_CHAIN, _KEY, _CAPTURE, _OPERATOR)
