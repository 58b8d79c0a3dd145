"""The report of a result as one page: at most four printed sheets, and appendices with the rest."""
