"""What a service costs that has nothing to do."""
import time

from daemons import NAMES, Service
from measure import markdown

SECONDS = 20


def table(arguments, scratch):
    services = {name: Service(arguments, name, f"{scratch}/idle-{number}")
                for number, name in enumerate(NAMES)}
    time.sleep(3)
    before = {name: service.switches() for name, service in services.items()}
    time.sleep(SECONDS)
    rows = []
    for name, service in services.items():
        rows.append([name, f"{(service.switches() - before[name]) / SECONDS:.2f}",
                     f"{service.megabytes()[0]:.0f}"])
        service.stop()
    return [f"With an empty inbox, {SECONDS} s:", ""] + markdown(
        ["who", "wake-ups a second", "MB"], rows)
