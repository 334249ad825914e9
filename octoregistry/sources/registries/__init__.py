"""Other public registries of prices, as witnesses: they confirm or contradict what a page says; they never set a price.

    statements = fetch_registries(settings)                    # {witness: Statements | Failed}
    statements = fetch_registries(settings, offline=True)      # what was kept

One that cannot be read is simply no witness.
"""

from octoregistry.sources.registries.registry_prices import NotARegistry, RegistryPrice, Statements
from octoregistry.sources.registries.statements import WITNESSES, fetch_registries, read_statements

__all__ = ["WITNESSES", "NotARegistry", "RegistryPrice", "Statements", "fetch_registries", "read_statements"]
