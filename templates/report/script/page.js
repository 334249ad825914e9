/* Theme, hover values, print; and the page as it opens. */
const themes = ["system", "light", "dark"];
let theme = 0;
$("#theme").addEventListener("click", () => {
  theme = (theme + 1) % 3;
  if (theme) document.documentElement.dataset.theme = themes[theme]; else delete document.documentElement.dataset.theme;
  $("#theme").textContent = `Theme: ${themes[theme]}`;
});

const tip = $("#tip");
let marked = null;
document.addEventListener("pointerover", event => {
  const mark = event.target.closest?.("svg use, svg .dot, svg .bar, svg.spark[role]");
  marked = mark;
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
addEventListener("keydown", event => { if (event.key === "Escape") tip.hidden = true; });
addEventListener("scroll", () => { if (!marked?.matches(":hover")) tip.hidden = true; }, {passive: true, capture: true});
let opened = [];
addEventListener("beforeprint", () => { opened = $$("details:not([open])"); for (const one of opened) one.open = true; });
addEventListener("afterprint", () => { for (const one of opened) one.open = false; });

const showAll = () => { showCosts(); filterRows(); sortRows(); };
const linked = restore();
showAll();
list.classList.add("ready");
if (linked) $(everyCost || fields.some(field => field.form === workload && field.value !== defaults.get(field)) ? "#calculator" : "#prices").scrollIntoView();
