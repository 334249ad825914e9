"""Other public registries of prices, as witnesses: they confirm or contradict what a page says; they never set a price.

    testimonies = fetch_registries(settings)                    # {witness: Testimony | Failed}
    testimonies = fetch_registries(settings, offline=True)      # what was kept

One that cannot be read is simply no witness.
"""

from octoregistry.sources.registries.fetching import WITNESSES, fetch_registries, read_testimony
from octoregistry.sources.registries.vouched import NotARegistry, Testimony, Vouched

__all__ = ["WITNESSES", "NotARegistry", "Testimony", "Vouched", "fetch_registries", "read_testimony"]
