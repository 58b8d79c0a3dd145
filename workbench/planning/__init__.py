"""The planning chain as one: demand forecast, load profiles and capacity plan that belong together."""
