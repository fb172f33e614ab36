"""The HTML report: one file that shows environments side by side, and needs no network."""
