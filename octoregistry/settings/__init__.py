"""What the person who runs it has set, over the built-in facts; and where the templates stand."""

from octoregistry.settings.settings import (
    FILE_NAME,
    CostingSettings,
    FetchSettings,
    GuardSettings,
    ModelListSettings,
    ProviderSettings,
    PullRequestSettings,
    ReadingSettings,
    RegistrySettings,
    Settings,
    SettingsError,
    UpdateSettings,
    built_in_settings,
    load_settings,
    settings_told,
)

__all__ = [
    "FILE_NAME",
    "CostingSettings",
    "FetchSettings",
    "GuardSettings",
    "ModelListSettings",
    "ProviderSettings",
    "PullRequestSettings",
    "ReadingSettings",
    "RegistrySettings",
    "Settings",
    "SettingsError",
    "UpdateSettings",
    "built_in_settings",
    "load_settings",
    "settings_told",
]
