"""`FDEFactored-v0`: a delivery as a few choices a stage, for agents that do not read text."""
