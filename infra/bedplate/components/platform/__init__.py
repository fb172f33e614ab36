"""Components of the platform layer: what runs in the cluster, one a file, named as its spec."""
