"""The sample project: a made-up state."""
