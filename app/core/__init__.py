"""What the app does, without a window: chat, generation, resume. Knows the other parts by the Protocols in ports.py."""
