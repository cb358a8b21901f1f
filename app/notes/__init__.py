"""A person's files into notes: text with a title, told what was dropped and why, folded, split by note.

Knows formats, not what is done with the text: no model, no store, no window, no network. Nothing of a file is executed
or fetched, and no archive is unpacked onto the disk. What a person hands in is untrusted; docs/notes.md has the rules.
"""
