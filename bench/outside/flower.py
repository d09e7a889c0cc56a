#!/usr/bin/env python3
"""Seconds a round of flwr (PyPI, Flower) takes on the four hospitals, as JSON: flower.py WAY HEART_FOLDER ROUNDS, or client ADDRESS FILE.

Federated averaging of a logistic model of three columns, an epoch of batches of 32 a round, nothing evaluated. WAYs: `plain` and `secagg`, its simulation
(four clients by ray, SecAgg+ of all four shares, three of which open); `plain-quick` and `secagg-quick`, the same where its two waits for messages are of 1 ms instead of
100; `grpc`, its deprecated server and four client processes, which have no SecAgg+.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import time

os.environ.update(FLWR_TELEMETRY_ENABLED="0", RAY_USAGE_STATS_ENABLED="0", RAY_DEDUP_LOGS="0", GRPC_VERBOSITY="NONE")
import logging  # noqa: E402
import threading  # noqa: E402

import flwr  # noqa: E402
import numpy  # noqa: E402
from flwr.client import NumPyClient, start_client  # noqa: E402
from flwr.client.mod import secaggplus_mod  # noqa: E402
from flwr.clientapp import ClientApp  # noqa: E402
from flwr.common import ndarrays_to_parameters  # noqa: E402
from flwr.server import LegacyContext, ServerApp, ServerConfig, start_server  # noqa: E402
from flwr.server.strategy import FedAvg  # noqa: E402
from flwr.server.workflow import DefaultWorkflow, SecAggPlusWorkflow  # noqa: E402
from flwr.simulation import run_simulation  # noqa: E402

FILES = ("cleveland", "hungarian", "switzerland", "va")


def patients(path):
    """Age, sex and highest heart rate from -1 to 1 and a one; whether a disease was found. Rows in which all are known."""
    with open(path, encoding="utf-8") as file:
        rows = [[row["age"], row["sex"], row["thalach"], float(row["num"] == "'present'")] for row in csv.DictReader(file)]
    table = numpy.array([[float(word) for word in row] for row in rows if not {"?", "-9"} & set(row)])
    low, high = numpy.array([20, 0, 60]), numpy.array([90, 1, 220])
    return numpy.column_stack([2 * (table[:, :3] - low) / (high - low) - 1, numpy.ones(len(table))]), table[:, 3]


class Hospital(NumPyClient):
    def __init__(self, path):
        self.x, self.y = patients(path)

    def fit(self, parameters, config):
        weights = parameters[0].copy()
        for start in range(0, len(self.y), 32):
            x, y = self.x[start:start + 32], self.y[start:start + 32]
            weights -= 0.1 * x.T @ (1 / (1 + numpy.exp(-x @ weights)) - y) / len(y)
        return [weights], len(self.y), {}


class Timed(FedAvg):
    """Remembers when each round was added up."""

    def __init__(self):
        super().__init__(fraction_evaluate=0, min_fit_clients=4, min_available_clients=4, initial_parameters=ndarrays_to_parameters([numpy.zeros(4)]))
        self.times, self.weights = [time.monotonic()], None

    def aggregate_fit(self, server_round, results, failures):
        assert len(results) == 4 and not failures, failures
        added = super().aggregate_fit(server_round, results, failures)
        self.times.append(time.monotonic())
        return added


def simulated(folder, rounds, secagg):
    strategy, app = Timed(), ServerApp()

    @app.main()
    def _main(grid, context):
        secured = SecAggPlusWorkflow(num_shares=4, reconstruction_threshold=3) if secagg else None
        DefaultWorkflow(fit_workflow=secured)(grid, LegacyContext(context, config=ServerConfig(num_rounds=rounds), strategy=strategy))

    def client(context):
        return Hospital(pathlib.Path(folder) / f"{FILES[context.node_config['partition-id']]}.data").to_client()

    run_simulation(app, ClientApp(client, mods=[secaggplus_mod] if secagg else []), num_supernodes=4,
                   backend_config={"client_resources": {"num_cpus": 0.5, "num_gpus": 0.0}, "init_args": {"num_cpus": 2, "log_to_driver": False}})
    return strategy


def wait_a_millisecond():
    """Flower's simulation looks for messages every 100 ms, at two places."""
    from flwr.superlink.grid import InMemoryGrid
    from flwr.server.superlink.fleet.vce import vce_api
    made = InMemoryGrid.__init__
    InMemoryGrid.__init__ = lambda self, state_factory, pull_interval=0.001: made(self, state_factory, 0.001)
    adds = vce_api.add_messages_to_queue

    class Quick:
        def __init__(self, event):
            self.is_set, self.event = event.is_set, event

        def wait(self, _):
            return self.event.wait(0.001)

    vce_api.add_messages_to_queue = lambda state, queue, mapping, f_stop: adds(state, queue, mapping, Quick(f_stop))


def served(folder, rounds):
    strategy, address = Timed(), "127.0.0.1:18471"
    clients = [subprocess.Popen([sys.executable, __file__, "client", address, pathlib.Path(folder) / f"{file}.data"], stderr=subprocess.DEVNULL) for file in FILES]
    try:
        start_server(server_address=address, config=ServerConfig(num_rounds=rounds), strategy=strategy)
    finally:
        for client in clients:
            client.wait(30)
    return strategy


def main(way, folder, rounds):
    logging.getLogger("flwr").setLevel(logging.ERROR)
    if way == "client":
        return start_client(server_address=folder, client=Hospital(rounds).to_client())
    if way.endswith("-quick"):
        wait_a_millisecond()
    strategy = served(folder, int(rounds)) if way == "grpc" else simulated(folder, int(rounds), way.startswith("secagg"))
    steps = [after - before for before, after in zip(strategy.times[1:], strategy.times[2:])]
    print(json.dumps({"version": flwr.__version__, "seconds": steps}))


if __name__ == "__main__":
    main(*sys.argv[1:])
