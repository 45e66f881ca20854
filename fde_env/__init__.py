"""Can an agent be trusted to deliver a fine-tuned model? The environment, host side."""
