"""The demand workbook: its sheets, its checks and its template."""
