"""Offline data: trajectories of a benchmark run as plain data sets, for imitation and offline RL.

    trajectories -> chosen -> episodes -> rows -> files

What an agent could see and do is exported, with the reward that it got; truth, verdicts and facts
stay behind. `schema.md` says what is in a row.
"""
