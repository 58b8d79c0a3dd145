"""Kernels of readers: forked from one process that has loaded what boards need, run, and ended."""
