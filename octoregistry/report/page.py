"""A report as one HTML file that loads nothing; its policy names the hashes of its only script and style."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256

from markupsafe import Markup

from octoregistry.queries import wording
from octoregistry.report.calculator import SHOWN, starting_costs, starting_workload
from octoregistry.report.changes import headline, page_ages, sections, unchanged
from octoregistry.report.history_picture import history_pictures
from octoregistry.report.payload import as_json, deflated
from octoregistry.report.price_steps import histories
from octoregistry.report.prices import COLUMNS, price_groups
from octoregistry.report.report import STALE_DAYS, Report
from octoregistry.report.savings import savings, savings_picture
from octoregistry.report.scatter import scatter
from octoregistry.report.usage_section import usage_section
from octoregistry.report.vendors import mark
from octoregistry.report.vouched import vouched_groups
from octoregistry.settings.templating import environment, folder
from providers.charge_units import UNITS
from providers.dimensions import FEATURES, KINDS

_SCRIPTED = Markup('document.documentElement.className="js"')  # rows that a script would hide at once are never drawn
_PARTS = ("data", "money", "calculator", "list", "address", "downloads")


def page(report: Report, data: str | None = None) -> str:
    """The report as HTML; `data` is its JSON, where that is made already."""
    found = savings(report)
    steps = histories(report)
    used = usage_section(report)
    style = asset("report.css") + (asset("usage.css") if used else "")
    script = _script(usage=used is not None)
    pictures, more = history_pictures(report, steps)
    return (
        environment()
        .get_template("report/report.html.j2")
        .render(
            report=report,
            words=wording,
            headline=headline(report),
            ages=page_ages(report),
            unchanged=unchanged(report),
            sections=sections(report),
            usage=used,
            columns=[wording.LABELS[name] for name in COLUMNS],
            groups=price_groups(report, steps),
            vouched=vouched_groups(report),
            stale_days=STALE_DAYS,
            kinds=KINDS,
            units=UNITS,
            features=FEATURES,
            workload=starting_workload(report),
            costs=starting_costs(report),
            shown=SHOWN,
            histories=pictures,
            histories_left_out=more,
            scatter=scatter(report),
            savings=found,
            savings_picture=savings_picture(found) if found else None,
            mark=mark,
            vendors=list(report.after.providers),
            deflated=deflated(as_json(report) if data is None else data),
            style=style,
            first_script=_SCRIPTED,
            script=script,
            policy=policy(style, _SCRIPTED, script),
        )
    )


def policy(style: str, *scripts: str) -> str:
    """The Content-Security-Policy that lets just these run and nothing be fetched."""
    allowed = " ".join(_hash(script) for script in scripts) or "'none'"
    return f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"


@cache
def _script(*, usage: bool) -> Markup:
    """All parts of the script as one; where a browser cannot open the data, the page is as it is with scripts off."""
    parts = [*_PARTS, *(["usage"] if usage else []), "page"]
    text = "\n".join(asset(f"script/{part}.js") for part in parts)
    failed = '.catch(error => { document.documentElement.className = ""; throw error; })'
    return Markup('(async () => {\n"use strict";\n' + text + "\n})()" + failed + ";")  # noqa: S704 - they come with the package


@cache
def asset(name: str, of: str = "report") -> Markup:
    """One of our own files, without its indents; one that would end its element early is a fault of ours."""
    lines = (folder() / of / name).read_text(encoding="utf-8").splitlines()
    text = "\n".join(line.strip() for line in lines if line.strip())
    if "</s" in text.lower() or "<!--" in text:
        raise ValueError(f"{name} holds what ends a script or style element")
    return Markup(text)  # noqa: S704 - it comes with the package


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
