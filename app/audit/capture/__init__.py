"""An independent capture (tcpdump, dumpcap, tshark) against the ledger: every byte in both, or named.

packets: capture files · segments: link layers, IP, TCP headers · streams: TCP put together · keylog, tls: decryption ·
http, websocket: where one thing on the wire ends · hosts: whose connection it is · match: the comparison · verdict.
It shares no code with what it judges (app.net, app.privacy.gate) but the ledger's format. Stdlib and `cryptography`.
"""
