"""What runs inside the sandbox: trainer, predictor and probe. Never imported by the host."""
