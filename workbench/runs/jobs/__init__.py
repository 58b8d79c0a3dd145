"""Jobs and what they offer: registration, units of work, child processes."""
