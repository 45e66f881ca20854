"""Where units are played: in this process, in several, or on a Ray cluster."""
