"""Chats out of Nearhalf and into it: Markdown, JSON and HTML; ChatGPT's, Claude's and our own exports.

Functions over app.domain. Knows no store, no key, no window and no network: whoever calls brings the chats and keeps
them. What a person hands in is untrusted; docs/export-format.md describes what we write.
"""
