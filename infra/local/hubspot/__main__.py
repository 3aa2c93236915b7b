"""Serves the simulator: `python -m infra.local.hubspot --port N --token T [--seed S] [--plan free|pro|…]`."""

from __future__ import annotations

import argparse
import time
from random import Random

from infra.local.hubspot import PLANS, HubSpotSimulator, Settings
from infra.local.parts.courier import Courier
from infra.local.server import serve


def main() -> None:
    """Read the arguments and serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.hubspot", description="A HubSpot simulator.")
    parser.add_argument("--port", type=int, required=True, help="a free port on 127.0.0.1")
    parser.add_argument("--token", required=True, help="the private app's bearer token")
    parser.add_argument("--seed", type=int, default=0, help="of ids, order and chance")
    parser.add_argument("--plan", choices=sorted(PLANS), default="free", help="whose limits hold")
    parser.add_argument("--search-lag-ms", type=int, default=2_000, help="how late searches see a write")
    given = parser.parse_args()
    simulator = HubSpotSimulator(
        clock=lambda: time.time_ns() // 1_000_000,
        random=Random(given.seed),
        token=given.token,
        limits=PLANS[given.plan],
        settings=Settings(search_lag_ms=given.search_lag_ms),
        sleep=time.sleep,
    )
    courier = Courier(simulator.webhooks.outbox)
    courier.start()
    serve(simulator, given.port)
    courier.stop()


if __name__ == "__main__":
    main()
