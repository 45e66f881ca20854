"""Launch and watch a run; keep its evidence under the hash of what decided it."""
