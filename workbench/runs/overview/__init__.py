"""What a run has come to, for those who read it: its summary, its report, and what an untrusted visitor is told."""
