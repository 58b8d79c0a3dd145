"""The sheets of the workbooks of plants, one kind of sheet a module."""
