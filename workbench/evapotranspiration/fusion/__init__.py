"""Fusing the estimates of several sources, with what their errors have taught."""
