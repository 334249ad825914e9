/* Only in a report with usage. */
const usageCsv = ({models, by, periods, ways}) => {
  const names = ways.map(({name}) => name);
  const moves = ["on_its_days", "from_now"];
  const lines = [["by", "value", "provider", "model", "rows", "unpriced_rows", "requests", ...dimensions, "cost",
    ...names.flatMap(name => [name, `${name}_rows_as_they_were`]),
    ...moves.flatMap(name => [`update_${name}_before`, `update_${name}_after`])]];
  const line = (key, one) => lines.push([key, one.period ?? one.name, one.provider, one.model, one.rows, one.unpriced_rows, one.requests,
    ...dimensions.map(name => one.tokens[name]), one.cost,
    ...names.flatMap(name => [one.otherwise[name].cost, one.otherwise[name].rows_as_they_were]),
    ...moves.flatMap(name => [one.update[name].before, one.update[name].after])]);
  for (const one of models) line("model", one);
  for (const {column, groups} of by) for (const one of groups) line(column, one);
  for (const one of periods) line("period", one);
  return lines.map(cells => cells.map(cell).join(",") + "\r\n").join("");
};
$("#get-usage").addEventListener("click", () => save(`${data.run}-usage.csv`, "text/csv;charset=utf-8", "\ufeff" + usageCsv(data.usage)));
