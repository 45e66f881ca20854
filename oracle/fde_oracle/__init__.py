"""The oracle: pure rules that grade a delivery and never read the trained model."""
