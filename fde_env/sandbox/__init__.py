"""Run a job apart from the host: one backend per file behind one small protocol."""
