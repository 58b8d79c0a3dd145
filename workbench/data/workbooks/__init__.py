"""Excel workbooks: read with their cells, and written."""
