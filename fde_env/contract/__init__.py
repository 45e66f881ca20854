"""The contract: frozen data that every other part speaks, and pure formulas over it."""
