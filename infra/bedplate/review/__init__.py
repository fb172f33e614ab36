"""Scores a model repository, whoever made it, by the rules that our own template keeps."""
