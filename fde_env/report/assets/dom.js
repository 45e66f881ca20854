"use strict";
/* Elements, numbers and data. Text is only ever set as text: what an agent wrote is never markup. */
const HEAD = JSON.parse(document.getElementById("head").textContent);

function el(name, attributes = {}, ...children) {
  const found = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || (value === false && !key.startsWith("aria-"))) continue;
    if (key === "on") for (const [event, react] of Object.entries(value)) found.addEventListener(event, react);
    else found.setAttribute(key, value === true && !key.startsWith("aria-") ? "" : String(value));
  }
  found.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return found;
}
const put = (id, ...children) => document.getElementById(id).replaceChildren(...children.flat().filter(Boolean));
const share = (value) => (value === null || value === undefined ? "–" : value.toFixed(3).replace(/^(-?)0\./, "$1."));
const interval = (rate) => `${share(rate.rate)} [${share(rate.low)}, ${share(rate.high)}]`;
const count = (rate) => `${rate.passed} of ${rate.scored}` + (rate.unscored ? ` (+${rate.unscored} without score)` : "");
const small = (value) => (value === null ? "–" : value === 0 ? "0" : value < 0.001 ? value.toExponential(1) : value.toFixed(3));
const words = (name) => String(name).replaceAll("_", " ");
const signed = (value) => (value === null ? "–" : (value < 0 ? "−" : "+") + share(Math.abs(value)));

function table(caption, columns, rows) {
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, columns.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, place) =>
        el(place ? "td" : "th", place ? { class: String(cell).length > 60 ? "wrap" : null } : { scope: "row" },
          cell instanceof Node ? cell : String(cell))))))));
}

const unpacked = new Map();
async function block(name) {
  if (!unpacked.has(name)) {
    const bytes = Uint8Array.from(atob(document.getElementById(name).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    unpacked.set(name, JSON.parse(await new Response(stream).text()));
  }
  return unpacked.get(name);
}

function select(name, choices, chosen, react) {
  const box = el("select", { on: { change: () => react(box.value) } },
    choices.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
  return el("label", {}, name, box);
}
/* All conditions together, or the only one. */
const total = (agent) => {
  const mine = HEAD.figures.filter((item) => item.agent === agent && item.slice === "all");
  return mine.find((item) => item.pressure === null) || mine[0];
};
/* The plainest condition ranks. */
const plain = (agent) => HEAD.figures.find((item) => item.agent === agent && item.slice === "all");
