"""Two results beside each other: what differs in their inputs, settings and notes, and in their numbers."""
