/* Exact money: whole numbers of 10^-UNIT dollars. What Python decides in providers.pricing and octoregistry.queries.estimate. */
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

/* What a share of the workload costs in a mode: a BigInt, or why it is unknown. */
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
