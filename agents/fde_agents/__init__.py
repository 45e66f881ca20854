"""Agents that sit in the forward-deployed engineer's seat."""
