"""Projects, Excel and CSV reading, validation, typed tables and the Arrow cache."""
