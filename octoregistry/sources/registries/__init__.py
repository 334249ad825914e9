"""Other public registries of prices, as witnesses: they confirm or contradict what a page says; they never set a price.

    statements = fetch_registries(settings)                    # {witness: Statements | Failed}
    statements = fetch_registries(settings, offline=True)      # what was kept

One that cannot be read is simply no witness.
"""

from octoregistry.sources.registries.fetching import WITNESSES, fetch_registries, read_statements
from octoregistry.sources.registries.vouched import NotARegistry, Statements, Vouched

__all__ = ["WITNESSES", "NotARegistry", "Statements", "Vouched", "fetch_registries", "read_statements"]
