"""Customers: domains, hazards, pressure, and the generator that writes their drops."""
