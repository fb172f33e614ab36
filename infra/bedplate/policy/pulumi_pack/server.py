"""Serves the pack to the engine that started it: on loopback only, and at a port that it prints."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import grpc
from pulumi.runtime.proto import analyzer_pb2_grpc

from bedplate.policy.pulumi_pack.analyzer import Analyzer

MAXIMUM_MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""As large as Pulumi's own limit: a whole stack comes in one message."""
_THREADS: Final = 4
_STOPS_WITHIN: Final = 5.0
"""Seconds that the server is given to stop: a process that exits before may never end."""


def start(analyzer: Analyzer) -> tuple[grpc.Server, int]:
    """Start a server and return it with its port, one that was free."""
    server = grpc.server(
        ThreadPoolExecutor(_THREADS),
        options=[
            ("grpc.max_receive_message_length", MAXIMUM_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAXIMUM_MESSAGE_BYTES),
        ],
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
    bound = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, bound


def serve() -> None:
    """Serve until Pulumi ends the process."""
    analyzer = Analyzer()
    server, port = start(analyzer)
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    # On a busy machine a thread of gRPC's may take the signal; a lock would not wake this one then.
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    os.read(told, 1)
    server.stop(grace=None).wait(_STOPS_WITHIN)
    analyzer.close()
