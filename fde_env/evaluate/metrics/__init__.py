"""One concept a file; each takes rows and gives figures with intervals."""
