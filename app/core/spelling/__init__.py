"""Spelling on this computer: which words of a text are prose, whether a language knows them, what was meant instead.

Word lists come with the wheel `pyspellchecker` (MIT), whose own code is left alone: it keeps 52 MB of Python objects
for two languages and knows no compounds. Nothing here touches the network or writes a file.
"""
