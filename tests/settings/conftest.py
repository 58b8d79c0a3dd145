from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
# What the tests of the domains make their inputs with.
for name in ("demand", "capacity", "evapotranspiration", "finance"):
    if str(TESTS / name) not in sys.path:
        sys.path.append(str(TESTS / name))
