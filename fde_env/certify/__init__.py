"""Certification: what a ticket must pass to be in the suite, and what the suite must pass.

`checks/` holds one check of a ticket a file, `suite_checks/` one of the whole suite a file; each
is a function from what is certified to the reasons why it must not be.
"""
