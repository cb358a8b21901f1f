"""The settings window: pages at the left, everything that the person can choose, see and delete at the right."""
