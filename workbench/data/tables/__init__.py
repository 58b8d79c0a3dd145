"""Tables as files hold them, whatever the kind of file: header, cells, and the place of each cell in the file."""
