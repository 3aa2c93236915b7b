"""`python -m infra.local.crm --port N --token T --webhook-secret S`."""

from infra.local.crm import Orbit
from infra.local.parts.running import run

if __name__ == "__main__":
    run(Orbit, "infra.local.crm")
