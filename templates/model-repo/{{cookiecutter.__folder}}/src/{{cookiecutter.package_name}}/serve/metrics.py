"""What the predictor counts. Every name is used by a rule or a diagram in `monitoring/`.

KServe's own server adds `request_predict_seconds` and the like.
"""

from prometheus_client import Counter, Gauge, Histogram

PREDICTIONS = Counter(
    "bedplate_model_predictions_total",
    "Rows that were predicted, by predicted class (`value` for a regression)",
    ["model", "version", "outcome"],
)
REFUSED = Counter(
    "bedplate_model_refused_total",
    "Requests that were refused because the input was not valid",
    ["model", "version"],
)
FAILED = Counter(
    "bedplate_model_failed_total",
    "Requests that failed inside the model",
    ["model", "version"],
)
LATENCY = Histogram(
    "bedplate_model_latency_seconds",
    "Time from the decoded request to the prediction",
    ["model", "version"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
FEEDBACK = Counter(
    "bedplate_model_feedback_total",
    "Feedback that was taken, by kind (label or rating)",
    ["model", "version", "kind"],
)
LOG_LOST = Counter(
    "bedplate_model_log_lost_total",
    "Records of the prediction log that could not be kept",
    ["model", "version"],
)
LOADED = Gauge(
    "bedplate_model_loaded",
    "1 for the version that this server has loaded",
    ["model", "version"],
)
