"""Serves the pack to the engine that started it: on loopback only, and at a port that it prints."""

from __future__ import annotations

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import grpc
from pulumi.runtime.proto import analyzer_pb2_grpc

from bedplate.policy.pulumi_pack.analyzer import Analyzer

MAXIMUM_MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""As large as Pulumi's own limit: a whole stack comes in one message."""
_THREADS: Final = 4


def start(port: int = 0) -> tuple[grpc.Server, int]:
    """Start a server and return it with its port; 0 asks for one that is free."""
    server = grpc.server(
        ThreadPoolExecutor(_THREADS),
        options=[
            ("grpc.max_receive_message_length", MAXIMUM_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAXIMUM_MESSAGE_BYTES),
        ],
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Analyzer(), server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, bound


def serve() -> None:
    """Serve until Pulumi ends the process."""
    server, port = start()
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    over.wait()
    server.stop(grace=None)
