"""The statistics: the paired acceptance test, the clean-probe e-process, power tables."""
