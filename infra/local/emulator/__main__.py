"""Runs the mended emulator until SIGTERM. Everything it writes goes below the directory of `--home`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ACCOUNT = "000000000000"
REGION = "eu-central-1"


def main() -> None:
    """Set the emulator's environment, mend it, serve."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.emulator", description=main.__doc__)
    parser.add_argument("--port", type=int, required=True, help="a free port on 127.0.0.1")
    parser.add_argument("--home", type=Path, required=True, help="where Lambda code and temporary files go")
    arguments = parser.parse_args()
    temporary = arguments.home.resolve() / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        {
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(arguments.port),
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            # Each of these two would open ports of its own, one of them on every interface.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "TMPDIR": str(temporary),
        }
    )
    tempfile.tempdir = str(temporary)
    # Only now: the emulator reads its environment while it is imported.
    import ministack.app

    from infra.local.emulator.mends import mend

    mend()
    sys.argv = ["ministack"]
    ministack.app.main()


if __name__ == "__main__":
    main()
