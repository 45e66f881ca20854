"use strict";
/* One look for all charts. One is drawn when it comes near the screen, and again when its width changes. */
const STYLE = { background: "none", color: "var(--ink)", fontSize: "13px", fontFamily: "inherit" };
const LETTER = 7.3;
const plot = (width, options) => Plot.plot({ width, style: STYLE, ...options });
const under = (label) => ({ label, labelAnchor: "center", labelArrow: "none" });

function figure(caption, draw, { keys, alternative } = {}) {
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
  }, { rootMargin: "400px" });
  watcher.observe(place);
  return el("figure", {}, el("figcaption", {}, caption), keys || null, place,
    alternative ? more("The same as a table", alternative) : null);
}
/* Keys of a figure: [mark, colour, text]. Marks differ in shape, never in colour alone. */
const key = (...items) => el("p", { class: "keys", "aria-hidden": "true" },
  items.map(([mark, colour, text]) => el("span", {}, el("span", { style: `color:${colour}` }, `${mark} `), text)));
const PART = [["var(--accent)", "circle", "●"], ["var(--other)", "diamond", "◆"], ["var(--good)", "square", "■"], ["var(--bad)", "triangle", "▲"]];

/* Shares with their intervals, a line each. rows: {name, part, rate, low, high} */
function dots(width, rows, { parts = [undefined], label, domain = [0, 1], write = share, widest = 0.36 } = {}) {
  const names = unique(rows.map((row) => row.name));
  const above = width < 480;
  const left = above ? 8 : Math.min(width * widest, 18 + Math.max(...names.map((name) => name.length)) * LETTER);
  const fit = Math.floor((above ? width - 80 : left - 14) / LETTER);
  const cut = (name) => (name.length > fit ? `${name.slice(0, fit - 1)}…` : name);
  const seen = rows.filter((row) => known(row.rate));
  const step = 17 * parts.length + (above ? 26 : 18);
  const marks = parts.flatMap((part, place) => {
    const mine = seen.filter((row) => row.part === part), [colour, symbol] = PART[place % PART.length];
    const dy = place * 17 - (parts.length - 1) * 8.5 + (above ? 8 : 0);
    return [
      Plot.ruleY(mine, { y: "name", x1: "low", x2: "high", stroke: colour, dy, strokeWidth: 3, strokeOpacity: 0.4 }),
      Plot.dot(mine, { y: "name", x: "rate", fill: colour, symbol, r: 5, dy }),
      Plot.text(rows.filter((row) => row.part === part), { y: "name", text: (row) => write(row.rate), frameAnchor: "right", textAnchor: "start", dx: 12, dy }),
    ];
  });
  if (above) marks.push(Plot.text(names, { y: (name) => name, text: cut, frameAnchor: "left", textAnchor: "start", dx: -6, dy: -step / 2 + 12, fontWeight: 600 }));
  return plot(width, {
    marginLeft: left, marginRight: 60, marginTop: 6, marginBottom: 42, height: 48 + names.length * step,
    x: { domain, grid: true, ticks: width < 480 ? 3 : 5, ...under(label) },
    y: { domain: names, label: null, tickSize: 0, axis: above ? null : "left", tickFormat: cut },
    marks: [Plot.ruleX([domain[0]], { stroke: "var(--line)" }), ...marks],
  });
}

/* Paired differences; the pale band is what counts as none. rows: {name, difference, low, high, bound} */
function forest(width, rows, label) {
  const far = Math.min(1, Math.max(0.2, ...rows.flatMap((row) => [Math.abs(row.low), Math.abs(row.high)])) * 1.05);
  const drawn = rows.map((row) => ({ ...row, rate: row.difference }));
  const chart = (inner) => dots(inner, drawn, { label, domain: [-far, far], write: signed, widest: 0.46 });
  const svg = chart(width), x = svg.scale("x"), band = rows[0].bound;
  const height = Number(svg.getAttribute("height")) - 42;
  const draw = d3.select(svg).insert("g", ":first-child");
  draw.append("rect").attr("x", x.apply(-band)).attr("width", x.apply(band) - x.apply(-band)).attr("y", 4)
    .attr("height", height - 4).attr("fill", "var(--band)");
  draw.append("line").attr("x1", x.apply(0)).attr("x2", x.apply(0)).attr("y1", 4).attr("y2", height).attr("stroke", "var(--pale)");
  return svg;
}

/* Shares over steps of a ladder, a small chart for each agent. rows: {at, rate, low, high, part} */
function ladder(width, rows, steps, { parts = [undefined], label } = {}) {
  const seen = rows.filter((row) => known(row.rate));
  const crowded = d3.sum(steps, (step) => step.length + 1.5) * LETTER > width - 60;
  return plot(width, {
    height: 215 + (crowded ? 60 : 0), marginLeft: 34, marginRight: 26, marginTop: 24, marginBottom: crowded ? 90 : 30, ariaLabel: label,
    x: { type: "point", domain: steps, label: null, tickSize: 0, padding: 0.35, tickFormat: words, tickRotate: crowded ? -60 : 0 },
    y: { domain: [0, 1], grid: true, ticks: 4, label: null },
    marks: parts.flatMap((part, place) => {
      const mine = seen.filter((row) => row.part === part), [colour, symbol] = PART[place % PART.length];
      const dx = (place - (parts.length - 1) / 2) * 9;
      return [
        Plot.line(mine, { x: "at", y: "rate", stroke: colour, strokeWidth: 1.5, strokeOpacity: 0.6, dx }),
        Plot.ruleX(mine, { x: "at", y1: "low", y2: "high", stroke: colour, strokeWidth: 3, strokeOpacity: 0.4, dx }),
        Plot.dot(mine, { x: "at", y: "rate", fill: colour, symbol, r: 5, dx }),
        parts.length > 1 ? null : Plot.text(mine, { x: "at", y: "rate", text: (row) => share(row.rate), dx: 9, dy: -9, textAnchor: "start", fontSize: 12 }),
      ];
    }),
  });
}

/* A curve of a run over its steps: pale as it was, strong as a running mean. */
function line(width, run, values, { colour = "var(--accent)", domain } = {}) {
  const points = run.step.map((step, place) => ({ step, value: values[place] })).filter((point) => point.value !== null);
  const window = { k: Math.min(15, Math.max(1, points.length >> 2)), reduce: "mean" };
  return plot(width, {
    height: 190, marginLeft: 40, marginRight: 14, marginTop: 10, marginBottom: 40,
    x: { ticks: Math.max(3, Math.floor(width / 110)), domain: [0, run.step.at(-1) || 1], ...under("step") },
    y: { label: null, grid: true, ticks: 4, domain, zero: !domain },
    marks: [
      Plot.lineY(points, { x: "step", y: "value", stroke: colour, strokeOpacity: 0.3 }),
      Plot.lineY(points, { ...Plot.windowY(window, { x: "step", y: "value" }), stroke: colour, strokeWidth: 2.2 }),
    ],
  });
}

/* Wealth on a logarithmic scale, clipped: beyond a million nothing more is said. curves: {p, alarm, run} */
const TOP = 6, FLOOR = -3;
const clipped = (log) => Math.min(TOP, Math.max(FLOOR, log / Math.LN10));
function wealth(width, curves, threshold, { look, steps, note = "end" }) {
  const points = curves.flatMap((curve, number) => curve.p.map(([step, log]) => ({ step, value: clipped(log), number, ...look(curve) })));
  const ends = curves.filter((curve) => curve.alarm && curve.p.length).map((curve) => {
    const [step, log] = curve.p.find((point) => point[0] === curve.alarm) || curve.p.at(-1);
    return { step, value: clipped(log), ...look(curve) };
  });
  const styles = unique(points.map((point) => point.dash));
  return plot(width, {
    height: 270, marginLeft: 78, marginRight: 14, marginTop: 10, marginBottom: 40,
    x: { domain: [0, steps], ticks: Math.max(3, Math.floor(width / 110)), ...under("step") },
    y: { label: null, domain: [FLOOR, TOP], ticks: [-3, -2, 0, 2, 4, 6], grid: true,
      tickFormat: (v) => (v >= 0 ? d3.format(",")(10 ** v) : String(10 ** v)) },
    symbol: { type: "identity" },
    marks: [
      Plot.ruleY([Math.log10(threshold)], { stroke: "var(--ink)", strokeDasharray: "5 4" }),
      Plot.text([`alarm at ${threshold}`], { x: note === "end" ? steps : 0, y: Math.log10(threshold), text: (d) => d, textAnchor: note, dx: note === "end" ? 0 : 4, dy: -9, fontSize: 12 }),
      ...styles.map((dash) => Plot.lineY(points.filter((point) => point.dash === dash),
        { x: "step", y: "value", z: "number", stroke: "hue", strokeDasharray: dash, strokeOpacity: 0.65, strokeWidth: 1.5 })),
      Plot.dot(ends, { x: "step", y: "value", fill: "hue", stroke: "var(--card)", strokeWidth: 1, symbol: "shape", r: 4.5 }),
    ],
  });
}
