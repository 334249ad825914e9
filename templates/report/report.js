(() => {
"use strict";
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const DASH = "\u2013";

/* ---- the data: packed in the page, the values of reports/<run>.json once unpacked ---- */

const unpack = packed => {
  const {modes, days, packed_sources: sources, packed_models: rows, ...values} = packed;
  let mode = "";
  const rate = text => {
    const [own, above = "", from = "", derived = "", ...prices] = text.split(",");
    mode = own || mode; // what stands nowhere is as in the rate before
    const known = {};
    prices.forEach((usd, i) => { if (usd) known[packed.dimensions[i]] = usd; });
    return {
      mode: modes[mode],
      above_input_tokens: above === "" ? null : Number(above),
      from: from === "" ? null : days[Number(from)],
      derived: !!derived,
      prices: known,
    };
  };
  const unpackRates = text => text ? text.split(";").map(rate) : [];
  const keys = ["provider", "id", "display_name", "aliases", "status", "retires_on", "missing_since", "batch_support",
    "context_window", "max_output_tokens"];
  values.models = rows.map(row => {
    const model = Object.fromEntries(keys.map((key, i) => [key, row[i]]));
    const [source, rates, before] = row.slice(keys.length);
    [model.page, model.checked, model.sha256] = sources[source];
    model.rates = unpackRates(rates);
    model.rates_before = before === null ? null : unpackRates(before);
    return model;
  });
  window.readUsage?.(values, packed.dimensions);
  return values;
};
const data = unpack(JSON.parse($("#data").textContent));
const {models, dimensions} = data;
const TODAY = data.at.slice(0, 10);

/* Letters that hide or turn others are named, as where the page was made. */
const clean = text => {
  const shown = text.length > 300 ? `${text.slice(0, 300)}\u2026 (${text.length.toLocaleString("en")} letters)` : text;
  return shown.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, c => `\u27e8U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`);
};
const made = (tag, text, attributes = {}) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};
const named = text => made("bdi", clean(text));
const say = text => { $("#said").textContent = text; };

/* ---- exact money: whole numbers of 10^-UNIT dollars ---- */

const behindPoint = text => text.length - (text + ".").indexOf(".") - 1;
let places = 0;
for (const model of models)
  for (const rate of [...model.rates, ...(model.rates_before || [])])
    for (const usd of Object.values(rate.prices)) places = Math.max(places, behindPoint(usd));
const UNIT = places + 8; // a price is per 10^6 tokens, and shares are in percent
const ONE = 10n ** BigInt(UNIT);
const scaled = text => BigInt(text.replace(".", "") + "0".repeat(places - Math.max(0, behindPoint(text))));
const divided = (dividend, divisor) => (2n * dividend + divisor) / (2n * divisor); // half up
const exact = cost => {
  const digits = cost.toString().padStart(UNIT + 1, "0");
  return `${digits.slice(0, -UNIT)}.${digits.slice(-UNIT)}`.replace(/\.?0+$/, "");
};
const fixed = (cost, digits) => {
  const text = divided(cost * 10n ** BigInt(digits), ONE).toString().padStart(digits + 1, "0");
  return `${text.slice(0, -digits).replace(/\B(?=(\d{3})+$)/g, ",")}.${text.slice(-digits)}`;
};
const dollars = cost => `$${fixed(cost, cost >= ONE || !cost ? 2 : cost >= ONE / 100n ? 4 : 6)}`;

/* The rate in force: of those that fit the one with the latest start, and of these the highest tier. */
const rateFor = (rates, mode, day, prompt) => {
  let best = null;
  for (const rate of rates) {
    if (rate.mode !== mode || (rate.from || "") > day) continue;
    if (rate.above_input_tokens !== null && prompt <= rate.above_input_tokens) continue;
    const later = best && (rate.from || "") > (best.from || "");
    const level = best && (rate.from || "") === (best.from || "");
    if (!best || later || (level && (rate.above_input_tokens ?? -1) > (best.above_input_tokens ?? -1))) best = rate;
  }
  return best;
};

/* What a share of the workload costs in a mode: a BigInt, or why that cannot be told. */
const share = (rates, work, mode, percent) => {
  const used = Object.entries(work.tokens).filter(([, count]) => count);
  if (!used.length || !work.requests) return 0n;
  const rate = rateFor(rates, mode, work.day, work.promptSize);
  if (!rate) return `no ${mode} price`;
  const missing = used.find(([name]) => !(name in rate.prices));
  if (missing) return `no ${mode} price of ${missing[0].replaceAll("_", " ")}`;
  const each = used.reduce((sum, [name, count]) => sum + scaled(rate.prices[name]) * count, 0n);
  return each * work.requests * percent;
};
const costOf = (rates, work) => {
  let sum = 0n;
  for (const [mode, percent] of [[work.mode, 100n - work.batch], ["batch", work.batch]]) {
    if (!percent) continue;
    const part = share(rates, work, mode, percent);
    if (typeof part === "string") return part;
    sum += part;
  }
  return sum;
};
const inService = (model, day) => model.status !== "retired" && !(model.retires_on && model.retires_on <= day);

/* ---- the calculator ---- */

const workload = $("#workload"), filters = $("#filters");
let everyCost = false;

for (const model of [...models].sort((a, b) => a.provider.localeCompare(b.provider))) {
  const option = made("option", clean(`${model.provider}: ${model.display_name}`));
  option.value = `${model.provider}/${model.id}`;
  workload.mine.append(option);
}

const counted = (input, most) => {
  const text = input.value.replace(/[\s,_]/g, "");
  const valid = /^\d{0,15}$/.test(text) && (most === undefined || Number(text) <= most);
  if (valid) input.removeAttribute("aria-invalid"); else input.setAttribute("aria-invalid", "true");
  return valid ? (text ? BigInt(text) : 0n) : null;
};
const workNow = () => {
  const f = workload.elements;
  const tokens = {};
  for (const name of ["input", "output", "cached_input", "cache_write_5m"]) tokens[name] = counted(f[name]);
  const work = {tokens, requests: counted(f.requests), batch: counted(f.batch, 100), mode: f.mode.value, day: f.day.value || TODAY};
  const prompt = counted(f.prompt);
  const sum = (tokens.input || 0n) + (tokens.cached_input || 0n) + (tokens.cache_write_5m || 0n);
  f.prompt.placeholder = sum.toLocaleString("en");
  work.promptSize = Number(f.prompt.value.trim() ? prompt : sum);
  return [...Object.values(tokens), work.requests, work.batch, prompt].includes(null) ? null : work;
};

const showCosts = () => {
  const work = workNow();
  if (!work) { $("#verdict").textContent = "Whole numbers, please; the share in batches is at most 100."; return; }
  $("#asked").textContent = `For ${work.requests.toLocaleString("en")} requests of `
    + Object.entries(work.tokens).filter(([, count]) => count).map(([name, count]) => `${count.toLocaleString("en")} ${name.replaceAll("_", " ")}`).join(", ")
    + ` tokens each, ${work.batch}% in batches, all others ${work.mode}, at the prices of ${work.day}.`;
  const mine = workload.mine.value;
  const found = models.filter(model => inService(model, work.day) || `${model.provider}/${model.id}` === mine)
    .map(model => ({model, mine: `${model.provider}/${model.id}` === mine, cost: costOf(model.rates, work)}));
  const order = (a, b) => a.cost < b.cost ? -1 : a.cost > b.cost ? 1
    : a.model.provider < b.model.provider ? -1 : a.model.provider > b.model.provider ? 1
    : a.model.id < b.model.id ? -1 : a.model.id > b.model.id ? 1 : 0;
  const known = found.filter(one => typeof one.cost === "bigint").sort(order);
  const unknown = found.filter(one => typeof one.cost === "string");
  const serving = known.filter(one => inService(one.model, work.day));
  const cheapest = serving.find(one => one.cost)?.cost;
  const all = [...known, ...unknown];
  const shown = everyCost ? all : all.filter((one, place) => place < 25 || one.mine);
  const dearest = shown.reduce((most, one) => typeof one.cost === "bigint" && one.cost > most ? one.cost : most, 1n);
  const rows = shown.map(one => costRow(one, work, cheapest, dearest));
  $("#costs tbody").replaceChildren(...rows);
  $("#all-costs").textContent = everyCost ? "Show the cheapest 25" : `Show all ${all.length} models`;
  $("#all-costs").hidden = all.length <= 25;
  $("#verdict").textContent = verdict(serving, unknown, found.find(one => one.mine), work);
};

const costRow = ({model, cost, mine}, work, cheapest, dearest) => {
  const row = made("tr", "", mine ? {class: "mine"} : {});
  const name = made("th", "", {scope: "row"});
  name.append(named(model.display_name));
  if (model.id !== model.display_name) {
    const id = made("code");
    id.append(named(model.id));
    name.append(" ", id);
  }
  row.append(name, made("td", clean(model.provider)));
  if (typeof cost === "string") {
    row.append(made("td", DASH, {class: "n"}), made("td", cost, {class: "why", colspan: "4"}));
    return row;
  }
  const money = made("td", "", {class: "n"});
  money.append(made("data", dollars(cost), {value: exact(cost) || "0"}));
  const times = cheapest ? `\u00d7${fixed(divided(cost * ONE, cheapest), 2)}` : "";
  const bar = made("td", "", {class: "bars"});
  const length = made("i", "", {"aria-hidden": "true"});
  length.style.width = `${Number(cost * 1000n / dearest) / 10}%`;
  bar.append(length);
  const batch = share(model.rates, work, "batch", 100n);
  row.append(money, made("td", times, {class: "n"}), bar, made("td", typeof batch === "string" ? DASH : dollars(batch), {class: "n"}), moved(model, cost, work));
  return row;
};

/* What this update does to the cost. */
const moved = (model, cost, work) => {
  if (!model.rates_before) return made("td", "", {class: "n"});
  if (!model.rates_before.length) return made("td", "new", {class: "n"});
  const before = costOf(model.rates_before, work);
  if (typeof before === "string") return made("td", `before: ${before}`, {class: "why"});
  if (before === cost || !before) return made("td", "", {class: "n"});
  const up = cost > before;
  const percent = divided((up ? cost - before : before - cost) * 1000n, before);
  return made("td", `${up ? "\u25b2 +" : "\u25bc \u2212"}${percent / 10n}.${percent % 10n}%, was ${dollars(before)}`, {class: `n ${up ? "up" : "down"}`});
};

const verdict = (serving, unknown, mine, work) => {
  if (!serving.length) return "No model has all the prices that this workload needs.";
  const parts = [];
  const first = serving[0];
  const label = one => `${clean(one.model.display_name)} (${dollars(one.cost)})`;
  if (mine && typeof mine.cost === "bigint") {
    parts.push(`${clean(mine.model.display_name)} costs ${dollars(mine.cost)}.`);
    const nearer = serving.filter(one => one.cost < mine.cost).slice(-3).reverse();
    parts.push(nearer.length ? `The nearest that cost less: ${nearer.map(label).join(", ")}.` : "None costs less.");
    const batch = share(mine.model.rates, work, "batch", 100n);
    if (typeof batch === "bigint" && batch < mine.cost) parts.push(`All in batches it would be ${dollars(batch)}.`);
  } else if (mine) parts.push(`${clean(mine.model.display_name)}: ${mine.cost}.`);
  if (!mine || nearestIsNot(first, mine)) parts.push(`Cheapest: ${label(first)}.`);
  if (unknown.length) parts.push(`${unknown.length} models lack a price that it needs and come last.`);
  return parts.join(" ");
};
const nearestIsNot = (first, mine) => first.model !== mine.model;

/* ---- the price list ---- */

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

const filterRows = () => {
  const f = filters.elements;
  const words = f.text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const most = f.most.value.trim() === "" ? null : Number(f.most.value.replace(",", "."));
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
  $("#count").textContent = `${shownRows} ${shownRows === 1 ? "row" : "rows"}: ${shownModels} of ${groups.length} models`;
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
  $("code", sides[0][0]).append(button);
}
list.addEventListener("click", event => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const {model} = groups.find(({body}) => body.contains(button));
  copy(model.id, `${clean(model.id)} is copied`);
  button.textContent = "copied";
  setTimeout(() => { button.textContent = "copy"; }, 1500);
});

const copy = async (text, told) => {
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
  say(told);
};

/* ---- the address: all that was typed, so that a link shows the same ---- */

const forms = [workload, filters];
const fields = forms.flatMap(form => [...form.elements].filter(field => field.name));
const defaults = new Map(fields.map(field => [field, field.value]));
let written = "";

const keep = () => {
  const state = new URLSearchParams();
  for (const field of fields) if (field.value !== defaults.get(field)) state.set(field.name, field.value);
  if (sorted.key) state.set("sort", (sorted.falling ? "-" : "") + sorted.key);
  if (everyCost) state.set("rows", "all");
  written = state.size ? `#${state}` : "";
  try {
    history.replaceState(null, "", written || location.pathname + location.search);
  } catch {
    location.hash = written; // some viewers of attachments allow no other way
  }
};
const restore = () => {
  if (location.hash && !location.hash.includes("=")) return false;
  const state = new URLSearchParams(location.hash.slice(1));
  for (const field of fields) {
    const said = state.get(field.name) ?? defaults.get(field);
    field.value = field.type === "date" && !/^\d{4}-\d{2}-\d{2}$/.test(said) ? defaults.get(field) : said;
  }
  for (const field of fields) if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = defaults.get(field);
  const key = state.get("sort") || "";
  sorted = {key: KEYS.includes(key.replace(/^-/, "")) ? key.replace(/^-/, "") : "", falling: key.startsWith("-")};
  everyCost = state.get("rows") === "all";
  return state.size > 0;
};

let waiting = 0;
const later = show => () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(() => { show(); keep(); }); };
const filtered = () => { filterRows(); if (sorted.key) sortRows(); };
workload.addEventListener("input", later(showCosts));
filters.addEventListener("input", later(filtered));
for (const form of forms) {
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", event => {
    event.preventDefault();
    for (const field of form.elements) if (defaults.has(field)) field.value = defaults.get(field);
    if (form === filters) { sorted = {key: "", falling: false}; sortRows(); filtered(); } else showCosts();
    keep();
  });
}
$("#all-costs").addEventListener("click", () => { everyCost = !everyCost; showCosts(); keep(); });
$("#copy-link").addEventListener("click", () => { keep(); copy(location.href, "The link is copied"); });
addEventListener("hashchange", () => { if (location.hash !== written && restore()) showAll(); });

/* ---- downloads, made of the data inside this file ---- */

const save = (name, type, text) => {
  const link = made("a", "", {download: name, href: URL.createObjectURL(new Blob([text], {type}))});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`${name} is saved`);
};
/* A spreadsheet takes what begins like this for a formula, whatever stands around it. */
const cell = value => {
  const text = value === null || value === undefined ? "" : String(value);
  const plain = /^[\s\p{C}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u.test(text) ? `'${text}` : text;
  return /["',;\s]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};
const asCsv = () => {
  const columns = ["provider", "id", "display_name", "status", "retires_on", "context_window", "max_output_tokens", "batch_support"];
  const lines = [[...columns, "mode", "above_input_tokens", "from", "derived", ...dimensions, "page", "checked"]];
  for (const model of models)
    for (const rate of model.rates)
      lines.push([...columns.map(key => model[key]), rate.mode, rate.above_input_tokens, rate.from, rate.derived,
        ...dimensions.map(name => rate.prices[name]), model.page, model.checked]);
  return lines.map(line => line.map(cell).join(",") + "\r\n").join("");
};
$("#get-csv").addEventListener("click", () => save(`${data.run}.csv`, "text/csv;charset=utf-8", "\ufeff" + asCsv()));
$("#get-usage")?.addEventListener("click", () => save(`${data.run}-usage.csv`, "text/csv;charset=utf-8", "\ufeff" + usageCsv(data.usage, dimensions, cell)));
$("#get-json").addEventListener("click", () => save(`${data.run}.json`, "application/json", JSON.stringify(data, null, 1) + "\n"));

/* ---- theme, hover values, print ---- */

const themes = ["system", "light", "dark"];
let theme = 0;
$("#theme").addEventListener("click", () => {
  theme = (theme + 1) % 3;
  if (theme) document.documentElement.dataset.theme = themes[theme]; else delete document.documentElement.dataset.theme;
  $("#theme").textContent = `Theme: ${themes[theme]}`;
});

const tip = $("#tip");
let told = null;
document.addEventListener("pointerover", event => {
  const mark = event.target.closest?.("svg use, svg .dot, svg .bar, svg.spark[role]");
  told = mark;
  if (!mark) { tip.hidden = true; return; }
  const title = $("title", mark);
  if (title) { mark.setAttribute("aria-label", title.textContent); title.remove(); } // else the browser shows its own, later
  tip.textContent = mark.getAttribute("aria-label");
  tip.hidden = false;
  const {right, top, left} = mark.getBoundingClientRect();
  const fits = right + 10 + tip.offsetWidth < innerWidth;
  tip.style.left = `${fits ? right + 10 : Math.max(8, left - 10 - tip.offsetWidth)}px`;
  tip.style.top = `${Math.max(8, Math.min(top - 6, innerHeight - tip.offsetHeight - 8))}px`;
});
addEventListener("scroll", () => { if (!told?.matches(":hover")) tip.hidden = true; }, {passive: true, capture: true});
let opened = [];
addEventListener("beforeprint", () => { opened = $$("details:not([open])"); for (const one of opened) one.open = true; });
addEventListener("afterprint", () => { for (const one of opened) one.open = false; });

const showAll = () => { showCosts(); filterRows(); sortRows(); };
const linked = restore();
showAll();
list.classList.add("ready");
if (linked && !location.hash.includes("show=") && !location.hash.includes("sort=")) $("#calculator").scrollIntoView();
})();
