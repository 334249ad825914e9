"""Runs every benchmark of this folder, or those named: `python -m benchmarks registry`."""

import importlib
import pkgutil
import sys

import benchmarks

wanted = set(sys.argv[1:])
for found in pkgutil.iter_modules(benchmarks.__path__):
    if found.name != "__main__" and (not wanted or found.name in wanted):
        main = getattr(importlib.import_module(f"benchmarks.{found.name}"), "main", None)
        if main is not None:
            main()
