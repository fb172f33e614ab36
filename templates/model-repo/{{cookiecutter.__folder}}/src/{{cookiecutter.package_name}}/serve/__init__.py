"""Serving: the predictor, its metrics, its log and the feedback of those who use it."""
