"""Quality control of weather values and of sources."""
