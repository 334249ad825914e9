/* The calculator: each model's cost for the workload that was typed. */
const workload = $("#workload"), filters = $("#filters");
let everyCost = false;
let other = null; // another workload, held beside the one that is typed: {values, work}
const PERIODS = {"": null, day: [30n, "a month of 30 days"], month: [12n, "a year"]};

for (const model of [...models].sort((a, b) => a.provider.localeCompare(b.provider))) {
  const option = made("option", clean(`${model.provider}: ${model.display_name}`));
  option.value = `${model.provider}/${model.id}`;
  workload.mine.append(option);
}

/* A count as people write it: "1500", "1,500", "1 500"; nothing is 0. "1,5" and "1.5" are none. */
const COUNT = /^(?:\d*|\d{1,3}(?:[\s,_'\u2019]\d{2,3})*[\s,_'\u2019]\d{3})$/;
const counted = (input, most) => {
  const typed = input.value.trim(), text = typed.replace(/\D/g, "");
  const valid = COUNT.test(typed) && text.length <= 15 && (most === undefined || Number(text) <= most);
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
  const mine = models.find(model => `${model.provider}/${model.id}` === f.mine.value);
  work.kind = f.kind.value || mine?.kind || "chat";
  work.peers = peersOn(work.day);
  work.needs = f.needs.value ? [f.needs.value] : [];
  work.everything = f.rank.value === "all";
  work.window = Number(f.window.value);
  work.per = f.per.value;
  work.units = counted(f.units);
  work.unit = f.unit.value;
  work.unitName = f.unit.selectedOptions[0].text;
  return [...Object.values(tokens), work.requests, work.batch, work.units, prompt].includes(null) ? null : work;
};

const asked = work => `${work.requests.toLocaleString("en")} requests${work.per ? ` a ${work.per}` : ""} of `
  + Object.entries(work.tokens).filter(([, count]) => count).map(([name, count]) => `${count.toLocaleString("en")} ${name.replaceAll("_", " ")}`).join(", ")
  + ` tokens${work.units ? ` and ${work.units.toLocaleString("en")} ${work.unitName}` : ""} each, ${work.batch}% in batches, all others ${work.mode}, at the prices of ${work.day}`;

const showCosts = () => {
  const work = workNow();
  $("#costs").classList.toggle("uncounted", !work);
  if (!work) {
    $("#asked").textContent = "";
    $("#verdict").textContent = "Whole numbers, please, such as 1500 or 1,500; the share in batches is at most 100.";
    return;
  }
  $("#asked").textContent = `For ${asked(work)}.`;
  $("#cost-head").textContent = work.per ? `Cost a ${work.per}` : "Cost";
  $("#other-work").hidden = $("#other-head").hidden = !other;
  $("#other-work").textContent = other ? `The other workload: ${asked(other.work)}.` : "";
  $("#keep-work").textContent = other ? "Forget the other" : "Compare with another";
  const mine = workload.mine.value;
  const each = models.map(model => ({model, mine: `${model.provider}/${model.id}` === mine, ranked: work.everything || advised(model, work)}));
  const found = each.filter(one => one.ranked || one.mine).map(one => ({...one, cost: costOf(one.model, one.model.rates, work)}));
  const order = (a, b) => a.cost < b.cost ? -1 : a.cost > b.cost ? 1
    : a.model.provider < b.model.provider ? -1 : a.model.provider > b.model.provider ? 1
    : a.model.id < b.model.id ? -1 : a.model.id > b.model.id ? 1 : 0;
  const known = found.filter(one => typeof one.cost === "bigint").sort(order);
  const unknown = found.filter(one => typeof one.cost === "string");
  const serving = known.filter(one => one.ranked);
  const cheapest = serving.find(one => one.cost)?.cost;
  const unfit = each.filter(one => !one.ranked && !one.mine)
    .map(one => ({...one, cost: [...misfits(one.model, work), ...reservations(one.model, work)].join("; "), unfit: true}));
  const all = [...known, ...unknown, ...unfit];
  const shown = everyCost ? all : all.filter((one, place) => place < 25 || one.mine);
  const dearest = shown.reduce((most, one) => typeof one.cost === "bigint" && one.cost > most ? one.cost : most, 1n);
  const rows = shown.map(one => costRow(one, work, cheapest, dearest));
  $("#costs tbody").replaceChildren(...rows);
  $("#all-costs").textContent = everyCost ? "Show the cheapest 25" : `Show all ${all.length} models`;
  $("#all-costs").hidden = all.length <= 25;
  $("#verdict").textContent = verdict(serving, unknown, found.find(one => one.mine), work);
};

const costRow = ({model, cost, mine, unfit}, work, cheapest, dearest) => {
  const row = made("tr", "", mine ? {class: "mine"} : unfit ? {class: "unfit"} : {});
  const name = made("th", "", {scope: "row"});
  name.append(named(model.display_name));
  if (model.id !== model.display_name) {
    const id = made("code");
    id.append(named(model.id));
    name.append(" ", id);
  }
  row.append(name, made("td", clean(model.provider)));
  if (typeof cost === "string") {
    row.append(made("td", DASH, {class: "n"}), made("td", unfit ? `does not fit: ${cost}` : cost, {class: "why", colspan: "4"}));
    if (other) row.append(otherCost(model));
    return row;
  }
  const money = made("td", "", {class: "n"});
  money.append(made("data", dollars(cost), {value: exact(cost) || "0"}));
  if (PERIODS[work.per]) money.append(made("small", `${dollars(cost * PERIODS[work.per][0])} ${PERIODS[work.per][1]}`));
  const times = cheapest ? `\u00d7${fixed(divided(cost * ONE, cheapest), 2)}` : "";
  const bar = made("td", "", {class: "bars"});
  const length = made("i", "", {"aria-hidden": "true"});
  length.style.width = `${Number(cost * 1000n / dearest) / 10}%`;
  bar.append(length);
  const batch = batchCost(model, work);
  row.append(money, made("td", times, {class: "n"}), bar, made("td", typeof batch === "string" ? DASH : dollars(batch), {class: "n"}), moved(model, cost, work));
  if (other) row.append(otherCost(model));
  return row;
};

/* What the other workload costs with the same model, at the prices of its own day. */
const otherCost = model => {
  const cost = costOf(model, model.rates, other.work), unfit = misfits(model, other.work);
  if (typeof cost === "string" || unfit.length) return made("td", typeof cost === "string" ? cost : `does not fit: ${unfit.join("; ")}`, {class: "why"});
  return made("td", `${dollars(cost)}${other.work.per ? ` a ${other.work.per}` : ""}`, {class: "n"});
};
const holdOther = () => {
  const work = workNow();
  if (work) other = {work, values: Object.fromEntries([...workload.elements].filter(field => field.name).map(field => [field.name, field.value]))};
};

/* What this update does to the cost. */
const moved = (model, cost, work) => {
  if (!model.rates_before) return made("td", "", {class: "n"});
  if (!model.rates_before.length) return made("td", "new", {class: "n"});
  const before = costOf(model, model.rates_before, work);
  if (typeof before === "string") return made("td", `before: ${before}`, {class: "why"});
  if (before === cost) return made("td", "", {class: "n"});
  if (!before) return made("td", `\u25b2 was ${dollars(before)}`, {class: "n up"});
  const up = cost > before;
  const percent = divided((up ? cost - before : before - cost) * 1000n, before);
  return made("td", `${up ? "\u25b2 +" : "\u25bc \u2212"}${percent / 10n}.${percent % 10n}%, was ${dollars(before)}`, {class: `n ${up ? "up" : "down"}`});
};

const verdict = (serving, unknown, mine, work) => {
  if (!serving.length && !mine) return "No model that fits this workload has all the prices that it needs.";
  const parts = [];
  const first = serving[0];
  const label = one => `${clean(one.model.display_name)} (${dollars(one.cost)})`;
  if (mine && typeof mine.cost === "bigint") {
    parts.push(`${clean(mine.model.display_name)} costs ${dollars(mine.cost)}.`);
    const nearer = serving.filter(one => one.cost < mine.cost).slice(-3).reverse();
    parts.push(nearer.length ? `The nearest that cost less: ${nearer.map(label).join(", ")}.` : "None costs less.");
    const batch = batchCost(mine.model, work);
    if (typeof batch === "bigint" && batch < mine.cost) parts.push(`All in batches it would be ${dollars(batch)}.`);
  } else if (mine) parts.push(`${clean(mine.model.display_name)}: ${mine.cost}.`);
  if (mine) {
    const against = [...misfits(mine.model, work), ...reservations(mine.model, work)];
    if (against.length) parts.push(`But ${against.join("; ")}.`);
  }
  if (first && first.model !== mine?.model) parts.push(`Cheapest: ${label(first)}.`);
  if (unknown.length) parts.push(`${unknown.length === 1 ? "1 model lacks" : `${unknown.length} models lack`} a price that it needs, and come${unknown.length === 1 ? "s" : ""} last.`);
  return parts.join(" ");
};
