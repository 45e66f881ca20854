"""Studies over many runs: the confirmatory matrix, its table, its money and its pictures."""
