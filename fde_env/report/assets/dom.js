"use strict";
/* Elements, numbers and data. Text is only ever set as text: what an agent wrote is never markup. */
const HEAD = JSON.parse(document.getElementById("head").textContent);

function el(name, attributes = {}, ...children) {
  const found = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    const plain = !key.startsWith("aria-");
    if (value === null || value === undefined || (value === false && plain)) continue;
    if (key === "on") {
      for (const [event, react] of Object.entries(value)) found.addEventListener(event, react);
    } else found.setAttribute(key, value === true && plain ? "" : String(value));
  }
  found.append(...children.flat(3).filter((child) => child !== null && child !== undefined));
  return found;
}
const put = (id, ...children) => document.getElementById(id).replaceChildren(...children.flat(3).filter(Boolean));

/* Numbers. Shares are written as .409, in the manner of the field. */
const known = (value) => value !== null && value !== undefined;
const share = (value) => (known(value) ? value.toFixed(3).replace(/^(-?)0\./, "$1.") : "–");
const signed = (value) => (known(value) ? (value < 0 ? "−" : "+") + share(Math.abs(value)) : "–");
const interval = (rate) => (known(rate.rate) ? `${share(rate.rate)} [${share(rate.low)}, ${share(rate.high)}]` : "–");
const count = (rate) => `${rate.passed} of ${rate.scored}` + (rate.unscored ? ` (+${rate.unscored} without score)` : "");
const dollars = (value) => (known(value) ? `$${value < 20 ? value.toFixed(2) : Math.round(value).toLocaleString("en")}` : "–");
const words = (name) => String(name).replaceAll("_", " ");
const plural = (number, one, many = one + "s") => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
function small(value) {
  if (!known(value)) return "–";
  if (value === 0) return "0";
  return Math.abs(value) < 0.001 ? value.toExponential(1).replace("-", "−") : value.toFixed(3);
}
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const unique = (values) => [...new Set(values)];

/* A region that scrolls is reached by keyboard; one that fits is no stop on the way. */
const fits = new ResizeObserver((seen) => {
  for (const { target } of seen) {
    const wider = target.scrollWidth > target.clientWidth + 1;
    if (wider) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
    target.setAttribute("role", wider ? "region" : "presentation");
  }
});
/* even: columns of one width, so that tables below each other line up. */
function table(caption, columns, rows, { even = false } = {}) {
  const cell = (value, place) => {
    const long = (value instanceof Node ? value.textContent : String(value)).length;
    const wide = long > (place ? 60 : 40) ? "wrap" : long > 24 ? "text" : null;
    return el(place ? "td" : "th", place ? { class: wide } : { scope: "row", class: wide }, value instanceof Node ? value : String(value));
  };
  const region = el("div", { class: even ? "scroll even" : "scroll", style: `--columns:${columns.length - 1}`, "aria-label": caption },
    el("table", {}, el("caption", { class: "hidden" }, caption),
      el("thead", {}, el("tr", {}, columns.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map(cell))))));
  fits.observe(region);
  return el("div", { class: "table" }, el("p", { class: "caption", "aria-hidden": "true" }, caption), region);
}
const more = (summary, ...children) => el("details", {}, el("summary", {}, summary), ...children);

const unpacked = new Map();
async function block(name) {
  if (!unpacked.has(name)) {
    const bytes = Uint8Array.from(atob(document.getElementById(name).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    unpacked.set(name, JSON.parse(await new Response(stream).text()));
  }
  return unpacked.get(name);
}

/* choices: [value, text] or [group, [[value, text], ...]] */
function select(name, choices, chosen, react) {
  const option = ([value, text]) => el("option", { value, selected: value === chosen }, text);
  const box = el("select", { "aria-label": name, on: { change: () => react(box.value) } }, choices.map((choice) =>
    (Array.isArray(choice[1]) ? el("optgroup", { label: choice[0] }, choice[1].map(option)) : option(choice))));
  return el("label", {}, name, box);
}
const button = (text, click, attributes = {}) => el("button", { type: "button", ...attributes, on: { click } }, text);

/* Figures of an agent: under the plainest condition, which ranks; and over all conditions. */
const ofAgent = (agent) => HEAD.figures.filter((item) => item.agent === agent && item.slice === "all");
const plain = (agent) => ofAgent(agent)[0];
const total = (agent) => ofAgent(agent).find((item) => item.pressure === null) || plain(agent);
