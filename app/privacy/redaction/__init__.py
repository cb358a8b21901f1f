"""Redaction before embedding: what names a person is replaced by stand-ins before anything is tokenised.

What the operator can then rebuild is the stand-in (DESIGN.md section 6). find -> Spans; StandIns -> one chat's map;
redact -> a text without them; Restorer -> the real words again, as the reply streams. No Qt, no torch, no sockets.
"""
