"""Processes of the system: which one owns a run, what it uses, what it writes, what it leaves behind."""
