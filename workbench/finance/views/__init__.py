"""The finance notebook view: mapping form and report."""
