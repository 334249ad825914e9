"""What a person does in a report, and what they see of it."""

SIZES = {"phone": {"width": 375, "height": 812}, "desk": {"width": 1440, "height": 900}}


def settled(tab):
    """After the frame in which the page answers what was typed."""
    tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def shown_models(tab):
    """The names in the price list, in order, as a person sees them."""
    return tab.locator("#list tbody:visible th").evaluate_all("cells => cells.map(cell => cell.firstChild.textContent)")


def costs_shown(tab):
    """Id, vendor, exact cost and what is told of it, of the calculator's rows that fit; the cost is None where it is a dash."""
    button = tab.locator("#all-costs")
    if button.is_visible() and button.text_content().startswith("Show all"):
        button.click()
    return tab.locator("#costs tbody tr:not(.unfit)").evaluate_all(
        "rows => rows.map(row => [row.cells[0].querySelector('code')?.textContent ?? row.cells[0].textContent,"
        " row.cells[1].textContent, row.querySelector('data')?.value ?? null, row.cells[2].textContent])"
    )


def fill(tab, **values):
    """Types into the calculator."""
    for name, value in values.items():
        field = tab.locator(f"#workload [name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    settled(tab)


def downloaded(tab, name):
    """The bytes that a button saves."""
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name=name).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()
