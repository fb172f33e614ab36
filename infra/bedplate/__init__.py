"""Governed machine-learning platforms on AWS, from one YAML file per environment."""
