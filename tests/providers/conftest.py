import pytest

from providers import registry

SMALL = """\
default_provider: acme
providers:
  acme:
    env_var: ACME_KEY
    sdk: acme
    default_model: road
    realtime_multiplier: 2.0
    models:
      road:
        display_name: Road Runner
        input_per_million: 1.0
        output_per_million: 6.0
        batch_support: true
        aliases: [road-2026-01-01]
        rates:
          - {mode: standard, input: 2.0, output: 12.0, cached_input: 0.2}
          - {mode: batch, input: 1.0, output: 6.0}
        source: {page: https://acme.example/pricing, checked: 2026-09-04}
      plain:
        display_name: Plain
        input_per_million: 0.15
        output_per_million: 1.25
        batch_support: true
defaults:
  input_per_million: 1.0
  output_per_million: 2.0
  realtime_multiplier: 2.0
"""


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch, tmp_path_factory):
    """Tests read no registry that the machine names, and write no cache into anybody's home."""
    monkeypatch.delenv("OCTOREGISTRY_MODELS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setattr(registry, "_loaded", {})


@pytest.fixture
def small():
    """The text of a small valid registry."""
    return SMALL
