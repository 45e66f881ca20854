"use strict";
/* One look for all charts. A chart is drawn when it comes near the screen, and again when its width changes. */
const INTERVAL = { strokeWidth: 2.5, strokeLinecap: "round" };

function figure(caption, draw, alternative) {
  const place = el("div", { class: "plot" });
  const watcher = new IntersectionObserver((seen) => {
    if (!seen.some((item) => item.isIntersecting)) return;
    watcher.disconnect();
    let width = 0;
    new ResizeObserver(() => {
      const now = Math.floor(place.clientWidth);
      if (now < 50 || now === width) return;
      width = now;
      const svg = draw(width);
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", caption);
      place.replaceChildren(svg);
    }).observe(place);
  }, { rootMargin: "300px" });
  watcher.observe(place);
  return el("figure", {}, el("figcaption", {}, caption), place,
    alternative ? el("details", {}, el("summary", {}, "The same as a table"), alternative) : null);
}

const STYLE = { background: "none", color: "var(--ink)", fontSize: "13px", fontFamily: "inherit" };
const plot = (width, options) => Plot.plot({ width, style: STYLE, ...options });

/* Shares with their intervals, a line each. rows: {name, part, rate, low, high} */
function dots(width, rows, { parts, label, domain = [0, 1] } = {}) {
  const names = [...new Set(rows.map((row) => row.name))];
  const longest = Math.max(...names.map((name) => name.length));
  const left = Math.min(width * 0.36, 16 + longest * 7.2);
  const known = rows.filter((row) => row.rate !== null);
  const colour = (row) => (!parts || row.part === parts[0] ? "var(--accent)" : "var(--other)");
  const shift = (row) => (parts ? parts.indexOf(row.part) * 14 - (parts.length - 1) * 7 : 0);
  const marks = [];
  for (const part of parts || [undefined]) {
    const mine = known.filter((row) => row.part === part);
    if (!mine.length) continue;
    const dy = shift(mine[0]);
    marks.push(Plot.ruleY(mine, { y: "name", x1: "low", x2: "high", stroke: colour(mine[0]), dy, ...INTERVAL, strokeOpacity: 0.45 }));
    marks.push(Plot.dot(mine, { y: "name", x: "rate", fill: colour(mine[0]), r: 5, dy,
      symbol: parts && part !== parts[0] ? "diamond" : "circle" }));
  }
  return plot(width, { marginLeft: left, marginRight: 16, marginBottom: 40, height: 58 + names.length * (parts ? 48 : 36),
    x: { domain, label, grid: true, ticks: width < 420 ? 3 : 5, labelAnchor: "left", labelArrow: "none" }, y: { domain: names, label: null, tickSize: 0,
      tickFormat: (name) => (name.length * 7.2 + 16 > left ? name.slice(0, Math.floor(left / 7.2) - 3) + "…" : name) },
    marks: [Plot.ruleX([domain[0]], { stroke: "var(--line)" }), ...marks] });
}

/* Keys beside a figure, not by colour alone. */
const key = (...items) => el("p", { class: "note", "aria-hidden": "true" },
  items.map(([mark, colour, text]) => el("span", { style: "margin-right:1.4em;white-space:nowrap" },
    el("span", { style: `color:${colour}` }, mark + " "), text)));

function line(width, run, values, { label, colour = "var(--accent)", domain } = {}) {
  const points = run.step.map((step, place) => ({ step, value: values[place] })).filter((point) => point.value !== null);
  const calm = Plot.windowY({ k: Math.min(15, Math.max(1, points.length >> 2)), reduce: "mean" }, { x: "step", y: "value" });
  return plot(width, { height: 170, marginLeft: 46, marginBottom: 38,
    x: { label: "step", ticks: 4, labelAnchor: "left", labelArrow: "none" }, y: { label: null, grid: true, ticks: 4, domain, zero: !domain },
    marks: [Plot.lineY(points, { x: "step", y: "value", stroke: colour, strokeOpacity: 0.25 }),
      Plot.lineY(points, { ...calm, stroke: colour, strokeWidth: 2 })] });
}

/* Wealth on a logarithmic scale, clipped: beyond a million nothing more is said. */
function wealth(width, curves, threshold, { hue, steps } = {}) {
  const top = Math.log10(1e6), floor = -3;
  const points = curves.flatMap((curve) => curve.p.map(([step, log]) =>
    ({ step, value: Math.min(top, Math.max(floor, log / Math.LN10)), run: curve.run + curve.kind, hue: hue(curve) })));
  const ends = curves.filter((curve) => curve.alarm !== undefined && curve.alarm !== null && curve.p.length)
    .map((curve) => ({ step: curve.p.at(-1)[0], value: Math.min(top, Math.max(floor, curve.p.at(-1)[1] / Math.LN10)), hue: hue(curve) }));
  return plot(width, { height: 260, marginLeft: 72, marginBottom: 38,
    x: { label: "step", domain: [0, steps], ticks: 5, labelAnchor: "left", labelArrow: "none" },
    y: { label: null, domain: [floor, top], ticks: [-3, -2, 0, 2, 4, 6], grid: true, tickFormat: (v) => (v >= 0 ? d3.format(",")(10 ** v) : String(10 ** v)) },
    marks: [Plot.ruleY([Math.log10(threshold)], { stroke: "var(--ink)", strokeDasharray: "5 4" }),
      Plot.lineY(points, { x: "step", y: "value", z: "run", stroke: "hue", strokeOpacity: 0.6, strokeWidth: 1.4 }),
      Plot.dot(ends, { x: "step", y: "value", fill: "hue", r: 4 })] });
}
