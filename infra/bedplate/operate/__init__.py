"""What a platform team does with an environment: cost, comparison, drift, teardown."""
