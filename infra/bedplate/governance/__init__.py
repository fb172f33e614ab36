"""What an environment amounts to: its plan, its findings, its cost, and whether it may go on."""
