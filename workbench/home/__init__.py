"""The home page of the workbench: projects, runs, notebooks and disk usage."""
