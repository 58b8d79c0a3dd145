"""Tables of weather as people have them: headers of many languages, units, networks, loggers, dates, hours."""
