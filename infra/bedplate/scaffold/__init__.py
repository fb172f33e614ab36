"""Makes repositories from `templates/`, and updates what it made."""
