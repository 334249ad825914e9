const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const DASH = "\u2013";

/* The data: the text of reports/<run>.json, deflated, which the download gives back letter for letter. */
const inflated = async text => {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
};
const source = await inflated($("#data").textContent);
const data = JSON.parse(source);
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
const announce = text => { $("#status").textContent = text; };
