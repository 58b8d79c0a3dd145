"""Starting, watching, controlling and following runs."""
