"""Reports: an update as one self-contained HTML file, its data as JSON, and an index."""

from octoregistry.report.from_update import report_of
from octoregistry.report.page import page
from octoregistry.report.report import Report, SourceSummary
from octoregistry.report.report_files import NAMES, ReportFiles, is_name, write, write_report

__all__ = ["NAMES", "Report", "ReportFiles", "SourceSummary", "is_name", "page", "report_of", "write", "write_report"]
