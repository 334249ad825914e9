/* Only in a report with usage, before the script of every report. */
const readUsage = ({usage}, dimensions) => {
  const figures = ([rows, unpriced, requests, tokens, cost, ...rest]) => {
    const counts = tokens.split(",").map((count, i) => [dimensions[i], count]).filter(([, count]) => count);
    const otherwise = usage.ways.map(({name}) => [name, {cost: rest.shift(), rows_as_they_were: rest.shift()}]);
    const effect = () => ({before: rest.shift(), after: rest.shift(), rows_gained: rest.shift(), rows_lost: rest.shift()});
    return {rows, unpriced_rows: unpriced, requests, tokens: Object.fromEntries(counts), cost,
      otherwise: Object.fromEntries(otherwise), update: {on_its_days: effect(), from_now: effect()}};
  };
  usage.total = figures(usage.total);
  usage.models = usage.models.map(([provider, model, ...row]) => ({provider, model, ...figures(row)}));
  usage.periods = usage.periods.map(([period, ...row]) => ({period, ...figures(row)}));
};
const usageCsv = ({models, periods, ways}, dimensions, cell) => {
  const names = ways.map(({name}) => name);
  const moves = ["on_its_days", "from_now"];
  const lines = [["by", "period", "provider", "model", "rows", "unpriced_rows", "requests", ...dimensions, "cost",
    ...names.flatMap(name => [name, `${name}_rows_as_they_were`]),
    ...moves.flatMap(name => [`update_${name}_before`, `update_${name}_after`])]];
  const line = (by, one) => lines.push([by, one.period, one.provider, one.model, one.rows, one.unpriced_rows, one.requests,
    ...dimensions.map(name => one.tokens[name]), one.cost,
    ...names.flatMap(name => [one.otherwise[name].cost, one.otherwise[name].rows_as_they_were]),
    ...moves.flatMap(name => [one.update[name].before, one.update[name].after])]);
  for (const one of models) line("model", one);
  for (const one of periods) line("period", one);
  return lines.map(cells => cells.map(cell).join(",") + "\r\n").join("");
};
Object.assign(window, {readUsage, usageCsv});
