"""`python -m octoregistry`: the command line."""

from octoregistry.cli import main

main()
