"""Components of the foundation layer: AWS up to and including the cluster."""
