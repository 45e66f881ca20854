"""The statistics: paired acceptance test, clean-probe e-process, secret samples, power tables.

`mcnemar` decides whether a run learned, `eprocess` watches it while it runs, `sampling` draws the
rows that it is watched on, `power` says what the acceptance rule can see, and `simulate` measures
the error levels of the detectors. Nothing here knows about tickets, runs or models.
"""
