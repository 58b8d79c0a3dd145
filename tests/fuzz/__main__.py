"""``python -m tests.fuzz --count 2000 [READER …]``: try readers, and end with 1 when one has a fault."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from pathlib import Path

from tests.fuzz.readers import READERS
from tests.fuzz.running import run


def main() -> int:
    """Try the readers that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help=", ".join(READERS))
    parser.add_argument("--count", type=int, default=2000, help="inputs a reader")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--keep", type=Path, help="folder for the inputs that have a fault")
    parser.add_argument("--json", action="store_true", help="print an object a line for each reader")
    options = parser.parse_args()
    unknown = set(options.readers) - set(READERS)
    if unknown:
        parser.error(f"there is no reader {', '.join(sorted(unknown))}; known are {', '.join(READERS)}")
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    faulty = 0
    for name in options.readers or READERS:
        begun = time.perf_counter()
        found = run(READERS[name], options.count, options.first, keep=options.keep)
        faulty += bool(found.faults)
        if options.json:
            print(json.dumps({"reader": name, **dataclasses.asdict(found)}), flush=True)
            continue
        print(
            f"{name}: {found.tried} inputs, {found.refused} refused, {len(found.faults)} faults, slowest "
            f"{found.slowest:.2f} CPU s, {found.kept:.0f} MB kept, {time.perf_counter() - begun:.0f} s in all",
            flush=True,
        )
        for fault in found.faults[:20]:
            print(f"  {fault}", flush=True)
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
