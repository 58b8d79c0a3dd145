"""From the bytes of any export to typed rows, with evidence for every decision."""
