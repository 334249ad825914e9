/* The price list: sorting, filters, ids to copy. */
const list = $("#list"), head = $("thead tr", list);
const groups = $$("tbody", list).map((body, place) => {
  const rows = [...body.rows];
  const first = rows[0].cells, last = first.length;
  const sides = [[first[0], first[1]], [first[last - 3], first[last - 2], first[last - 1]]];
  return {
    body, sides, place, model: models[place],
    rows: rows.map((row, i) => ({row, mode: row.cells[i ? 0 : 2].textContent.split(" ")[0]})),
    text: [models[place].display_name, models[place].id, ...models[place].aliases].join("\n").toLowerCase(),
  };
});
const KEYS = ["name", "vendor", "mode", "input", "output", "cached_input", "cache_write_5m", "cache_write_1h",
  "others", "context", "", "checked"];
let sorted = {key: "", falling: false};

const priceShown = (group, name) => {
  const mode = filters.show.value === "all" ? (group.rows[0] && group.rows[0].mode) : filters.show.value;
  const usd = rateFor(group.model.rates, mode, TODAY, 0)?.prices[name];
  return usd === undefined ? null : Number(usd);
};
const sortValue = {
  name: group => group.model.display_name.toLowerCase(),
  vendor: group => group.model.provider,
  mode: group => group.rows.findIndex(({row}) => !row.hidden) < 0 ? null : group.rows.find(({row}) => !row.hidden).mode,
  others: group => Object.keys(rateFor(group.model.rates, "standard", TODAY, 0)?.prices || {}).filter(name => dimensions.indexOf(name) > 4).length,
  context: group => group.model.context_window,
  checked: group => group.model.checked,
};
const sortRows = () => {
  const read = sortValue[sorted.key] || (group => priceShown(group, sorted.key));
  const keyed = groups.map(group => [sorted.key ? read(group) : group.place, group]);
  keyed.sort(([a, one], [b, other]) => {
    if (a === null || b === null) return (a === null) - (b === null) || one.place - other.place;
    const way = a < b ? -1 : a > b ? 1 : 0;
    return (sorted.falling ? -way : way) || one.place - other.place;
  });
  const order = keyed.map(([, group]) => group.body);
  if (order.some((body, place) => list.tBodies[place] !== body)) list.append(...order);
  [...head.cells].forEach((cell, i) => {
    if (KEYS[i]) cell.setAttribute("aria-sort", KEYS[i] !== sorted.key ? "none" : sorted.falling ? "descending" : "ascending");
  });
};

/* A price as people write it, "0.3" or "0,3"; null for none, NaN for what is no price or could be two: "1,000". */
const priceTyped = text => text === "" ? null
  : /^(?:\d+[.,]?\d*|[.,]\d+)$/.test(text) && !/^[1-9]\d{0,2},\d{3}$/.test(text) ? Number(text.replace(",", ".")) : NaN;

const filterRows = () => {
  const f = filters.elements;
  const words = f.text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const most = priceTyped(f.most.value.replace(/[\s$]/g, ""));
  if (Number.isNaN(most)) f.most.setAttribute("aria-invalid", "true"); else f.most.removeAttribute("aria-invalid");
  let shownModels = 0, shownRows = 0;
  for (const group of groups) {
    const {model} = group;
    const batch = model.batch_support && model.rates.some(rate => rate.mode === "batch");
    const fits = words.every(word => group.text.includes(word))
      && (!f.vendor.value || model.provider === f.vendor.value)
      && (!f.batches.value || batch === (f.batches.value === "yes"))
      && (!f.context.value || (model.context_window || 0) >= Number(f.context.value))
      && (!f.life.value || model.status === f.life.value);
    const price = most === null || Number.isNaN(most) ? 0 : priceShown(group, "input");
    const cheap = !price ? price === 0 : price <= most;
    const seen = fits && cheap ? group.rows.filter(({mode}) => f.show.value === "all" || mode === f.show.value) : [];
    group.body.hidden = !seen.length;
    if (!seen.length) continue;
    for (const one of group.rows) one.row.hidden = !seen.includes(one);
    const row = seen[0].row;
    if (group.sides[0][0].parentNode !== row) {
      row.prepend(...group.sides[0]);
      row.append(...group.sides[1]);
      group.body.append(...group.rows.map(one => one.row));
      group.body.prepend(row); // the first row of a group is the one with its name
    }
    for (const cell of group.sides.flat()) if (cell.rowSpan !== seen.length) cell.rowSpan = seen.length;
    shownModels += 1;
    shownRows += seen.length;
  }
  $("#count").textContent = `${shownRows} ${shownRows === 1 ? "row" : "rows"}: ${shownModels} of ${groups.length} models`
    + (Number.isNaN(most) ? "; the highest price is no number, and not asked for" : "");
};

[...head.cells].forEach((cell, i) => {
  if (!KEYS[i]) return;
  const button = made("button", cell.textContent, {type: "button"});
  button.addEventListener("click", () => {
    sorted = {key: KEYS[i], falling: sorted.key === KEYS[i] && !sorted.falling};
    sortRows();
    keep();
  });
  cell.replaceChildren(button);
});
for (const {sides, model} of groups) {
  const button = made("button", "copy", {type: "button", class: "copy", "aria-label": `Copy the id ${clean(model.id)}`});
  $("code", sides[0][0]).append(" ", button);
}
list.addEventListener("click", event => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const {model} = groups.find(({body}) => body.contains(button));
  copy(model.id, `${clean(model.id)} is copied`);
  button.textContent = "copied";
  setTimeout(() => { button.textContent = "copy"; }, 1500);
});

const copy = async (text, message) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // no clipboard for this page: the older way needs a field to copy from
    const field = made("textarea", text, {class: "unseen"});
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  announce(message);
};
