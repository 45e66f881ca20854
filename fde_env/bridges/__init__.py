"""The environment in other people's runners: TRL's GRPO, OpenEnv, Inspect. One file each.

Every outside library is imported where it is used, so that an extra is only needed by those who
use it. What all bridges share: an agent's mistake is answered in words, a platform's failure is
raised and never scored, and nothing of the truth or the verdicts is shown before the end.
"""
