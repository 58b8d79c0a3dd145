"""Hourly load profiles of future years that meet every energy and peak target exactly."""
