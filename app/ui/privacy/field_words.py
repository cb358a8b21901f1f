"""What the fields of a frame are called, and what each is, in words."""

from PySide6.QtCore import QCoreApplication

from app.core.frame_fields import FieldSpan

translate = QCoreApplication.translate


def field_name(field: FieldSpan) -> str:
    """A header's or a tensor's own name, or the field's."""
    if field.name == "http_header":
        return field.note
    if field.name == "tensor":
        return tensor_name(field.note)
    known = {
        "magic": translate("privacy", "Mark"),
        "major": translate("privacy", "Version"),
        "minor": translate("privacy", "Minor version"),
        "kind": translate("privacy", "Kind"),
        "dtype": translate("privacy", "Format"),
        "side_dtype": translate("privacy", "Second format"),
        "flags": translate("privacy", "Flags"),
        "session": translate("privacy", "Session"),
        "step": translate("privacy", "Step"),
        "position": translate("privacy", "Position"),
        "tap": translate("privacy", "Tap"),
        "reserved": translate("privacy", "Unused"),
        "rows": translate("privacy", "Positions"),
        "cols": translate("privacy", "Numbers each"),
        "side_cols": translate("privacy", "Second numbers"),
        "payload_bytes": translate("privacy", "Length"),
        "model_hash": translate("privacy", "Model"),
        "recipe_hash": translate("privacy", "Matrices A, B"),
        "recipe": translate("privacy", "Recipe"),
        "recipe_version": translate("privacy", "Its version"),
        "positions": translate("privacy", "Room for"),
        "state_dtype": translate("privacy", "Format of states"),
        "exchange_dtype": translate("privacy", "Format at taps"),
        "plan": translate("privacy", "Exchange plan"),
        "plan_tap": translate("privacy", "Tap → layers"),
        "max_rows": translate("privacy", "Most in a step"),
        "idle_timeout_s": translate("privacy", "Idle limit, s"),
        "step_timeout_s": translate("privacy", "Step limit, s"),
        "error_code": translate("privacy", "Reason"),
        "error_limit": translate("privacy", "Limit"),
        "side_tensor": translate("privacy", "y of the free tap"),
        "scales": translate("privacy", "Scales"),
        "quantised": translate("privacy", "Whole numbers"),
        "rest": translate("privacy", "More bytes"),
        "bytes": translate("privacy", "Bytes"),
        "http_first": translate("privacy", "First line"),
        "http_end": translate("privacy", "End of headers"),
        "http_body": translate("privacy", "Body"),
    }
    return known.get(field.name, field.name)


def tensor_name(name: str) -> str:
    known = {
        "embeddings": translate("privacy", "Embeddings"),
        "hidden states": translate("privacy", "Hidden states"),
        "free y": translate("privacy", "y of the free tap"),
    }
    return known.get(name, name)


def field_explained(field: FieldSpan) -> str:
    """One sentence for each field."""
    if field.name == "tensor":
        return _tensor_explained(field.note)
    known = {
        "magic": translate("privacy", "“NH”: by this a Nearhalf frame is known."),
        "major": translate("privacy", "The protocol's version; both sides must speak the same."),
        "minor": translate("privacy", "Additions to the protocol that an older side may leave out."),
        "kind": translate("privacy", "What this frame is and who may send it."),
        "dtype": translate("privacy", "How each number of the tensor is written."),
        "side_dtype": translate("privacy", "How each number of the second tensor is written."),
        "flags": translate("privacy", "Which hidden states the step wants back, and how exactly it is computed."),
        "session": translate("privacy", "A number for this session; chosen anew each time."),
        "step": translate("privacy", "Counts the forward passes, so that sending one again does no harm."),
        "position": translate(
            "privacy", "The place in the text of the first row. The operator sees how long the text is."
        ),
        "tap": translate("privacy", "The layer at which these numbers are exchanged."),
        "reserved": translate("privacy", "Always zero."),
        "rows": translate("privacy", "How many tokens this frame speaks of."),
        "cols": translate("privacy", "How many numbers stand for each token."),
        "side_cols": translate("privacy", "How many numbers the second tensor has for each token."),
        "payload_bytes": translate("privacy", "How many bytes follow the header."),
        "model_hash": translate("privacy", "SHA-256 of the model's file: both sides must hold the same."),
        "recipe_hash": translate("privacy", "SHA-256 of the public matrices A and B; zeros without an adapter."),
        "recipe": translate("privacy", "How A and B were made from the public model."),
        "recipe_version": translate("privacy", "The recipe's version."),
        "positions": translate("privacy", "How many tokens the session can hold."),
        "state_dtype": translate("privacy", "How embeddings and hidden states are written."),
        "exchange_dtype": translate("privacy", "How the numbers at the taps are written."),
        "plan": translate(
            "privacy", "At which layers numbers are exchanged. It tells that an adapter is used, not which."
        ),
        "plan_tap": translate(
            "privacy", "One tap: its layer, the projections it serves, and how many numbers go down and up."
        ),
        "max_rows": translate("privacy", "The most tokens that one step may have."),
        "idle_timeout_s": translate("privacy", "After so long without a frame the backend closes the session."),
        "step_timeout_s": translate("privacy", "So long may one step take."),
        "error_code": translate("privacy", "Why the backend ends the session."),
        "error_limit": translate("privacy", "The limit that was exceeded."),
        "side_tensor": translate(
            "privacy",
            "What your adapter adds where it needs no numbers from the backend: this computer works out that tap's "
            "input itself, from the embeddings and, where it needs them, the model's first layers.",
        ),
        "scales": translate("privacy", "One number for each row: value = scale × whole number."),
        "quantised": translate("privacy", "The numbers themselves, as whole numbers from -127 to 127."),
        "rest": translate("privacy", "Bytes that this version has no name for."),
        "bytes": translate("privacy", "The content as it is."),
        "http_first": translate(
            "privacy", "What is asked for, or how it was answered. It has no place for words of yours."
        ),
        "http_header": translate(
            "privacy", "A header of the request or of the answer. A token is blanked before it is kept."
        ),
        "http_end": translate("privacy", "An empty line ends the headers."),
        "http_body": translate("privacy", "What was fetched."),
    }
    return known.get(field.name, "")


def _tensor_explained(name: str) -> str:
    known = {
        "embeddings": translate(
            "privacy", "One row for each token: looking it up in the public table gives the token back, exactly."
        ),
        "z": translate("privacy", "z = A·x: the layer's input, made shorter by a public matrix."),
        "y": translate("privacy", "y = M·z: the work of your adapter. With z beside it, M can be worked out."),
        "hidden states": translate(
            "privacy", "The last layer's result: the public LM head turns it into the next token."
        ),
    }
    return known.get(name, "")
