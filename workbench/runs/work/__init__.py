"""What a piece of work reports to, shows its progress with, and runs in: sinks, bars, child processes, places."""
