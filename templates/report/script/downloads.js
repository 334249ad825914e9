/* Downloads, made of the data inside this file. */
const save = (name, type, text) => {
  const link = made("a", "", {download: name, href: URL.createObjectURL(new Blob([text], {type}))});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  announce(`${name} is saved`);
};
/* A spreadsheet takes what begins like this for a formula, whatever stands around it. */
const cell = value => {
  const text = value === null || value === undefined ? "" : String(value);
  const plain = /^[\s\p{C}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u.test(text) ? `'${text}` : text;
  return /["',;\s]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};
const asCsv = () => {
  const columns = ["provider", "id", "display_name", "status", "retires_on", "context_window", "max_output_tokens", "batch_support"];
  const lines = [[...columns, "mode", "above_input_tokens", "from", "derived", "level", ...dimensions, "page", "checked"]];
  for (const model of models)
    for (const rate of model.rates)
      lines.push([...columns.map(key => model[key]), rate.mode, rate.above_input_tokens, rate.from, rate.derived,
        rate.level || "stated", ...dimensions.map(name => rate.prices[name]), model.page, model.checked]);
  return lines.map(line => line.map(cell).join(",") + "\r\n").join("");
};
$("#get-csv").addEventListener("click", () => save(`${data.run}.csv`, "text/csv;charset=utf-8", "\ufeff" + asCsv()));
$("#get-json").addEventListener("click", () => save(`${data.run}.json`, "application/json", source));
