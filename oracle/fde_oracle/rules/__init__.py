"""One pure rule per stage."""
