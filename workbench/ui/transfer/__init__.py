"""Files on their way between a project and the browser, in parts, whatever server lies between."""
