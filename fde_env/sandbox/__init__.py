"""Sandbox backends behind one small protocol."""
