"""Publishing notebooks to readers who never open JupyterLab: read-only boards on a server of their own."""
