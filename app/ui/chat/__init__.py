"""The conversation as it is read: Markdown, layout, selection, find. app/ui/chat/view.py is what the window uses."""
