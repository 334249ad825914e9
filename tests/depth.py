"""How far tests go that have no end (made-up examples, kills at random moments): OCTOREGISTRY_DEPTH=10 goes ten times as far."""

from __future__ import annotations

import os

DEPTH = int(os.environ.get("OCTOREGISTRY_DEPTH", "1"))
