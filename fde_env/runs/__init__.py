"""Runs: start one in a sandbox and watch it, keep its evidence, replay it from disk."""
