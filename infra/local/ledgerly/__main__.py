"""`python -m infra.local.ledgerly --port N --token T --webhook-secret S`."""

from infra.local.ledgerly import Ledgerly
from infra.local.parts.running import run

if __name__ == "__main__":
    run(Ledgerly, "infra.local.ledgerly")
