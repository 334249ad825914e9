"""Where the report of a proposal is found: as the settings say, else at the run of the pipeline that keeps it."""

from __future__ import annotations

from collections.abc import Mapping

from octoregistry.settings import PullRequestSettings

# (variables, form of the address): what pipelines say of their own run
_RUNS = (
    (
        ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"),
        "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    ),
    (("CI_JOB_URL",), "{CI_JOB_URL}/artifacts/browse"),
)


def report_link(settings: PullRequestSettings, environ: Mapping[str, str]) -> str | None:
    """The address, or None where nobody keeps a report."""
    if settings.report_url:
        return settings.report_url
    for names, form in _RUNS:
        if all(environ.get(name, "").strip() for name in names):
            return form.format_map(environ)
    return None
