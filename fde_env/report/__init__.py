"""The page that people read after a benchmark run, its tables and its pictures."""
