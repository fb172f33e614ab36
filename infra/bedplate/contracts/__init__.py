"""What charts and custom resources accept, as data, and the check against it."""
