"""One `ComponentResource` a file, named as its spec."""
