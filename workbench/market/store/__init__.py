"""A market dataset on disk: raw months, roll-ups, versions and the reader."""
