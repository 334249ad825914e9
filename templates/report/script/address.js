/* The address: all that was typed, so that a link shows the same. */
const forms = [workload, filters];
const fields = forms.flatMap(form => [...form.elements].filter(field => field.name));
const defaults = new Map(fields.map(field => [field, field.value]));
let written = "";

const keep = () => {
  const state = new URLSearchParams();
  for (const field of fields) if (field.value !== defaults.get(field)) state.set(field.name, field.value);
  if (sorted.key) state.set("sort", (sorted.falling ? "-" : "") + sorted.key);
  if (everyCost) state.set("rows", "all");
  if (other) state.set("other", new URLSearchParams(other.values));
  written = state.size ? `#${state}` : "";
  try {
    history.replaceState(null, "", written || location.pathname + location.search);
  } catch {
    location.hash = written; // some viewers of attachments allow no other way
  }
};
const isPlace = () => location.hash !== "" && !location.hash.includes("=");
/* The other workload is read by the form itself: its fields take the values of the address for a moment. */
const restoreOther = text => {
  other = null;
  if (!text) return;
  const values = new URLSearchParams(text), own = fields.filter(field => field.form === workload).map(field => [field, field.value]);
  for (const [field] of own) {
    const value = values.get(field.name) ?? defaults.get(field);
    field.value = field.type === "date" && !/^\d{4}-\d{2}-\d{2}$/.test(value) ? defaults.get(field) : value;
    if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = defaults.get(field);
  }
  holdOther();
  for (const [field, value] of own) field.value = value;
};
const restore = () => {
  if (isPlace()) return false;
  written = location.hash;
  const state = new URLSearchParams(written.slice(1));
  for (const field of fields) {
    const value = state.get(field.name) ?? defaults.get(field);
    field.value = field.type === "date" && !/^\d{4}-\d{2}-\d{2}$/.test(value) ? defaults.get(field) : value;
  }
  for (const field of fields) if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = defaults.get(field);
  restoreOther(state.get("other"));
  const key = state.get("sort") || "";
  sorted = {key: KEYS.includes(key.replace(/^-/, "")) ? key.replace(/^-/, "") : "", falling: key.startsWith("-")};
  everyCost = state.get("rows") === "all";
  return state.size > 0;
};

const later = show => {
  let waiting = 0;
  return () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(() => { show(); keep(); }); };
};
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
$("#keep-work").addEventListener("click", () => { if (other) other = null; else holdOther(); showCosts(); keep(); });
$("#copy-link").addEventListener("click", () => { keep(); copy(location.href, "The link is copied"); });
addEventListener("hashchange", () => {
  if (location.hash === written) return;
  if (isPlace()) keep(); // a link within the page took the state out of the address
  else { restore(); showAll(); }
});
