"""Files of a market: NEMWEB reports, drops, registers and downloads."""
