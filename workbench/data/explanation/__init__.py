"""Where a number comes from: the chain from a cell of a result down to the cells of its inputs."""
