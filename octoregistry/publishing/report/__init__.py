"""Reports: one HTML file for an update that opens anywhere and asks for nothing, its data as JSON, and an index."""

from octoregistry.publishing.report.facts import report_of
from octoregistry.publishing.report.page import page
from octoregistry.publishing.report.report import Report, SourceSeen
from octoregistry.publishing.report.writing import Written, write_report

__all__ = ["Report", "SourceSeen", "Written", "page", "report_of", "write_report"]
