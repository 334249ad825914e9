"""What a notice says: news once, old and new prices, links, and nothing that calls anybody in a chat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from octoregistry.service.freshness import Freshness, PageRead
from octoregistry.service.notice_lines import price_lines
from octoregistry.service.notices import Notice, staleness_notices
from octoregistry.service.webhook import adaptive_card


def test_going_stale_is_news_once_for_each_time() -> None:
    """The same until something succeeds again."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    stale = Freshness("acme", PageRead(now), timedelta(hours=13), timedelta(hours=12))
    later = Freshness("acme", PageRead(now), timedelta(hours=15), timedelta(hours=12))
    again = Freshness("acme", PageRead(now + timedelta(days=1)), timedelta(hours=13), timedelta(hours=12))
    keys = [notice.key for notice in staleness_notices([stale, later, again], ["staleness"])]
    assert keys[0] == keys[1] != keys[2]
    assert list(staleness_notices([stale], ["holds"])) == []


def test_a_chat_shows_a_notice_and_nobody_is_called_by_it() -> None:
    """`text` and `content` hold subject and lines, no longer than a chat takes; a name on a page can be no mention or link."""
    values = Notice("k", "changes", "1 price moved", ("acme/<!channel> @everyone 5.0 -> 4.0", "x" * 5_000)).values()
    assert values["text"] == values["content"]
    assert values["text"].startswith("1 price moved\nacme/‹!channel› ＠everyone 5.0 -› 4.0\n")
    assert len(values["content"]) <= 2_000


def test_a_notice_has_a_line_a_mode_with_old_and_new_prices_and_counts_the_rest() -> None:
    """So that a phone shows what moved; what follows from a price is not told twice."""
    standard = {"kind": "price", "mode": "standard", "above_input_tokens": None, "from": "2026-09-08", "derived": False}
    price = {"provider": "acme", "model": "road", **standard, "evidence": None, "witness": "rules", "notes": []}
    changes = [
        {**price, "dimension": "output", "old": "10", "new": "8", "verdict": "apply", "reasons": []},
        {**price, "dimension": "input", "old": "2", "new": "2.5", "verdict": "apply", "reasons": []},
        {**price, "kind": "metadata", "mode": None, "from": None, "dimension": "context_window", "old": 1, "new": 2,
         "verdict": "apply", "reasons": []},
    ]  # fmt: skip
    assert price_lines(changes) == (
        "acme/road standard: input 2.00 → 2.50 (+25%), output 10.00 → 8.00 (−20%)",
        "and 1 fact of models",
    )
    held = [{**changes[0], "verdict": "hold", "reasons": [{"code": "moved", "text": "moved ×4"}]}]
    assert price_lines(held) == ("acme/road standard from 2026-09-08: output 10.00 → 8.00 (−20%) HELD: moved ×4",)


def test_links_are_in_the_text_whole_and_in_a_card_as_buttons() -> None:
    """However long the notice; where the service's address is not known there are none."""
    link = "https://prices.example.org/review#0"
    values = Notice("k", "holds", "held", ("x" * 5_000,), {"review": link}).values()
    assert values["text"].endswith(f"\nReview: {link}")
    assert len(values["content"]) <= 2_000
    (attachment,) = adaptive_card(values)["attachments"]
    card = attachment["content"]
    assert [block["text"][:4] for block in card["body"]] == ["held", "xxxx"]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Review", "url": link}]
    assert "links" not in Notice("k", "holds", "held", ()).values()
