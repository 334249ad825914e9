"""A page, whatever its format, as a Document of tables and passages with addresses."""

from __future__ import annotations

import re
from dataclasses import replace

from octoregistry.documents.blocked import why_unread
from octoregistry.documents.cut import whole_part
from octoregistry.documents.document import Document, Gap, Heading, Passage, Table, Unread
from octoregistry.documents.html import html_document
from octoregistry.documents.markdown import markdown_document
from octoregistry.documents.page_data import data_markup

__all__ = ["Document", "Gap", "Heading", "Passage", "Table", "Unread", "read_document"]

_HTML = re.compile(
    r"\s*+(?:<!--(?>.*?-->)\s*+)*+(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


def read_document(text: str, url: str, *, priced: bool = True) -> Document | Unread:
    """The Document of a page's text, HTML or Markdown by what it begins with; Unread for a page that shows no price, or
    of one that need not be `priced` no table.
    """
    is_html = bool(_HTML.match(text[:5000].lstrip("\ufeff")))
    text, lost = whole_part(text.lstrip("\ufeff"), is_html=is_html)
    document = html_document(text, url) if is_html else markdown_document(text, url)
    if lost:
        document = replace(document, gaps=(*document.gaps, Gap("end", lost)))
    reason = why_unread(text, document, priced=priced)
    if reason and is_html and (data := data_markup(text)):
        drawn = html_document(data, url)
        if why_unread(data, drawn, priced=priced) is None:
            return replace(drawn, gaps=(*document.gaps, *drawn.gaps))
    return Unread("; ".join((reason, *(gap.reason for gap in document.gaps)))) if reason else document
