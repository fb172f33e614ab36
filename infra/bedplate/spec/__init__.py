"""What a user may write: typed, documented, frozen, and free of any I/O but its own YAML."""
