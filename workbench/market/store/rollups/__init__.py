"""Roll-ups: sums and counts of raw rows over fixed steps, built from them, kept in files, mapped by readers."""
