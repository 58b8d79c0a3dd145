"""Saved results: scenarios, Parquet tables and the Arrow cache."""
