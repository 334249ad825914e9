"""What the person who runs it has set, over the built-in facts; and where the templates stand."""

from octoregistry.settings.origins import Setting, settings_with_origins, vendor_facts
from octoregistry.settings.settings import (
    CostingSettings,
    FetchSettings,
    GuardSettings,
    PullRequestSettings,
    ReadingSettings,
    RegistrySettings,
    Settings,
    SettingsFileError,
    UpdateSettings,
    WorkloadSettings,
    built_in_settings,
    check_written,
    command_settings,
    load_settings,
)

__all__ = [
    "CostingSettings",
    "FetchSettings",
    "GuardSettings",
    "PullRequestSettings",
    "ReadingSettings",
    "RegistrySettings",
    "Setting",
    "Settings",
    "SettingsFileError",
    "UpdateSettings",
    "WorkloadSettings",
    "built_in_settings",
    "check_written",
    "command_settings",
    "load_settings",
    "settings_with_origins",
    "vendor_facts",
]
