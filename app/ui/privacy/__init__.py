"""The privacy panel: what left this computer, in one sentence, as a list, and byte by byte."""
