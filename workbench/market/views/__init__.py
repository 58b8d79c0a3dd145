"""The market boards."""
