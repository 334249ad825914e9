"""Reports: one HTML file for an update that opens anywhere and asks for nothing, its data as JSON, and an index."""

from octoregistry.report.facts import report_of
from octoregistry.report.page import page
from octoregistry.report.report import Report, SourceSeen
from octoregistry.report.writing import NAMES, Written, is_name, write, write_report

__all__ = ["NAMES", "Report", "SourceSeen", "Written", "is_name", "page", "report_of", "write", "write_report"]
