/* Exact money: whole numbers of 10^-UNIT dollars. What Python decides in providers.pricing and octoregistry.queries.estimate. */
const behindPoint = text => text.length - (text + ".").indexOf(".") - 1;
let places = 0;
for (const model of models)
  for (const rate of [...model.rates, ...(model.rates_before || [])])
    for (const usd of Object.values(rate.prices)) places = Math.max(places, behindPoint(usd));
for (const charge of [...Object.values(data.charges).flat(), ...models.flatMap(model => model.charges ?? [])])
  places = Math.max(places, behindPoint(charge.usd));
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

/* The rate that counts, as providers.rates chooses: a later rate of a size replaces the earlier; of those that fit the one with
   the latest start, and of these the highest tier. With `maybe` also what may already have held. */
const above = rate => rate.above_input_tokens ?? -1;
const rateFor = (rates, mode, day, prompt, maybe) => {
  const latest = new Map();
  for (const rate of rates) {
    if (rate.mode !== mode || !((rate.from || "") <= day || (maybe && rate.seen_before && rate.seen_before < day))) continue;
    const other = latest.get(above(rate));
    if (!other || (rate.from || "") >= (other.from || "")) latest.set(above(rate), rate);
  }
  let best = null;
  for (const rate of latest.values()) {
    if (prompt <= above(rate) || prompt > (rate.up_to_input_tokens ?? Infinity)) continue;
    const later = !best || (rate.from || "") > (best.from || "");
    if (later || ((rate.from || "") === (best.from || "") && above(rate) > above(best))) best = rate;
  }
  return best;
};
const unknownRate = (rates, mode, prompt) => {
  const bounds = rates.filter(rate => rate.mode === mode && rate.up_to_input_tokens && rate.up_to_input_tokens < prompt);
  const most = Math.max(0, ...bounds.map(rate => rate.up_to_input_tokens));
  return `no ${mode} price${most ? ` above ${most.toLocaleString("en")} tokens` : ""}`;
};

/* What so many percent of the workload are billed besides tokens, as providers.charges finds it: [least, most], or why nobody
   knows. */
const chargesOf = (model, unit) => {
  const of = charges => (charges ?? []).filter(charge => charge.unit === unit), own = of(model.charges);
  return own.length ? own : of(data.charges[model.provider]);
};
const billed = (model, work, mode, percent) => {
  if (!work.units) return [0n, 0n];
  const fits = chargesOf(model, work.unit).filter(charge => charge.mode === mode && !Object.keys(charge.when).length);
  const begun = fits.filter(charge => (charge.from || "") <= work.day)
    .reduce((last, charge) => !last || (charge.from || "") >= (last.from || "") ? charge : last, null);
  if (!begun) return `no ${mode} price of ${work.unitName}`;
  const maybe = fits.filter(charge => charge.seen_before && charge.seen_before < work.day && work.day < charge.from);
  const costs = [begun, ...maybe]
    .map(charge => divided(scaled(charge.usd) * 1000000n * work.units * work.requests * percent, BigInt(charge.per)));
  const free = [begun, ...maybe].find(charge => charge.free)?.free;
  const most = costs.reduce((a, b) => a > b ? a : b), least = free ? 0n : costs.reduce((a, b) => a < b ? a : b);
  return [least, most, free ? `${free} are free first` : ""];
};

/* What shares of the workload cost in their modes: a BigInt, or why it is unknown. */
const shares = (model, rates, work, percents) => {
  const used = Object.entries(work.tokens).filter(([, count]) => count);
  if (!(used.length || work.units) || !work.requests) return 0n;
  if (used.length && model.first_seen && work.day < model.first_seen) return `before our first reading on ${model.first_seen}`;
  let least = 0n, most = 0n, why = "its price changed on a day that no page states";
  for (const [mode, percent] of percents) {
    if (!percent) continue;
    const charged = billed(model, work, mode, percent);
    if (typeof charged === "string") return charged;
    least += charged[0];
    most += charged[1];
    why = charged[2] || why;
    if (!used.length) continue;
    const parts = [];
    for (const maybe of [false, true]) {
      const rate = rateFor(rates, mode, work.day, work.promptSize, maybe);
      if (!rate) return unknownRate(rates, mode, work.promptSize);
      const missing = used.find(([name]) => !(name in rate.prices));
      if (missing) return `no ${mode} price of ${missing[0].replaceAll("_", " ")}`;
      parts.push(used.reduce((sum, [name, count]) => sum + scaled(rate.prices[name]) * count, 0n) * work.requests * percent);
    }
    const [early, late] = parts;
    least += early < late ? early : late;
    most += early < late ? late : early;
  }
  return least === most ? least : `between ${dollars(least)} and ${dollars(most)}: ${why}`;
};
const costOf = (model, rates, work) => shares(model, rates, work, [[work.mode, 100n - work.batch], ["batch", work.batch]]);
const batchCost = (model, work) => shares(model, model.rates, work, [["batch", 100n]]);

/* Why a model does not fit a workload, as providers.selection says it. */
const ended = (model, day) => model.retires_on && model.retires_on <= day ? `retired on ${model.retires_on}`
  : model.status === "retired" && !model.retires_on ? "retired" : "";
const misfits = (model, work) => {
  const reasons = [], window = model.context_window, prompt = work.promptSize, answer = Number(work.tokens.output || 0n);
  if (work.window && window !== null && window < work.window) reasons.push(`its window is ${window.toLocaleString("en")} tokens`);
  if (work.window && window === null) reasons.push("its window is not known");
  if (model.kind !== work.kind) reasons.push(model.kind ? `its kind is ${model.kind}, not ${work.kind}` : "its kind is not known");
  if (window !== null && prompt + answer > window)
    reasons.push(`${prompt > window ? "the prompt is" : "prompt and answer are"} longer than its ${window.toLocaleString("en")} tokens`);
  else if (model.max_output_tokens !== null && answer > model.max_output_tokens)
    reasons.push(`the answer is longer than its ${model.max_output_tokens.toLocaleString("en")} tokens`);
  for (const need of work.needs) if (!model.features.includes(need)) reasons.push(`${need} is not among its known features`);
  const missing = model.missing_since && model.missing_since <= work.day ? `not in the vendor's model list since ${model.missing_since}` : "";
  return [...reasons, ...[ended(model, work.day), missing].filter(Boolean)];
};
const retiresSoon = (model, day) => {
  if (!model.retires_on || ended(model, day)) return false;
  const last = new Date(`${day}T00:00:00Z`);
  last.setUTCDate(last.getUTCDate() + data.retiring_days);
  return model.retires_on <= last.toISOString().slice(0, 10);
};
const left = (model, day, newest) =>
  model.checked && day > model.checked && (Date.parse(newest) - Date.parse(model.checked)) / 864e5 > data.left_days;
/* What each provider's models tell of one another on a day: the newest check, and by kind the smallest limits that are known. */
const peersOn = day => {
  const peers = new Map();
  for (const {provider, checked} of models) {
    const known = peers.get(provider) ?? {checked: "", windows: {}, answers: {}};
    if (checked && checked > known.checked) known.checked = checked;
    peers.set(provider, known);
  }
  for (const model of models) {
    const known = peers.get(model.provider), kind = model.kind;
    if (!kind || ended(model, day) || left(model, day, known.checked)) continue;
    for (const [limits, limit] of [[known.windows, model.context_window], [known.answers, model.max_output_tokens]])
      if (limit !== null) limits[kind] = Math.min(limit, limits[kind] ?? limit);
  }
  return peers;
};
/* Why a model that fits as far as is known is recommended to nobody. */
const reservations = (model, work) => {
  const peers = work.peers.get(model.provider), answer = Number(work.tokens.output || 0n), reasons = [];
  if (retiresSoon(model, work.day)) reasons.push(`retires on ${model.retires_on}`);
  if (left(model, work.day, peers.checked)) reasons.push(`on no page since ${model.checked}`);
  const small = [["context window", model.context_window, work.promptSize + answer, peers.windows[model.kind]],
    ["longest answer", model.max_output_tokens, answer, peers.answers[model.kind]]]
    .find(([, known, needed, limit]) => known === null && needed > limit);
  if (small) reasons.push(`its ${small[0]} is not known, and may be ${small[3].toLocaleString("en")} tokens`);
  return reasons;
};
const advised = (model, work) => !misfits(model, work).length && !reservations(model, work).length;
