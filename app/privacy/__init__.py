"""What may leave (gate), and what left (ledger). Knows no sockets, no models and no window."""
