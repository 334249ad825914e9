"""Where facts come from: the vendors' pages and model lists, over the network, out of the cache, or from the package.

    settings = load_settings()                                      # octoregistry.toml over the built-in facts
    pages = fetch_pages(settings, ["acme", "other"])                # {provider: Page | Failed}
    pages = fetch_pages(settings, ["acme"], offline=True)           # the cache, else the bundled pages
    lists = fetch_model_lists(settings, ["acme"])                   # {provider: ModelList | Failed | NotAsked}

Nothing here raises because of what a server does: a source that cannot be read is a `Failed` with its reason, in which
no key ever stands. Ctrl-C ends every wait and connection and goes on to the caller; what was kept stays whole.
"""

from octoregistry.sources.listings import ListedModel
from octoregistry.sources.model_lists import ListOutcome, ModelList, NotAsked, fetch_model_lists
from octoregistry.sources.page import NOT_CACHED, Failed, Page
from octoregistry.sources.vendor_pages import Clock, fetch_pages

__all__ = [
    "NOT_CACHED",
    "Clock",
    "Failed",
    "ListOutcome",
    "ListedModel",
    "ModelList",
    "NotAsked",
    "Page",
    "fetch_model_lists",
    "fetch_pages",
]
