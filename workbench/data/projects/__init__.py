"""Projects on disk: their folder, their settings file, and which ones were opened lately."""
