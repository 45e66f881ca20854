"use strict";
/* One run: green signals on one side, delivered truth on the other. */
function showDashboard() {
  if (!HEAD.runs.length) return put("dashboard-body", el("p", {}, "No recorded evidence of these runs is on this machine, so there is nothing to draw."));
  let chosen = (HEAD.runs.find((run) => run.tbdl) || HEAD.runs[0]).key, truth = false;
  const draw = async (focus) => {
    const item = HEAD.runs.find((run) => run.key === chosen);
    const run = await block(item.block);
    const flip = el("button", { type: "button", class: "primary", id: "flip", "aria-pressed": truth, "aria-controls": "board",
      on: { click: () => { truth = !truth; draw(true); } } }, truth ? "Back to the training signals" : "Show what was delivered");
    put("dashboard-body",
      el("div", { class: "row" }, select("Run", HEAD.runs.map((found) => [found.key, found.name + (truth ? ` (${found.fate})` : "")]), chosen, (key) => { chosen = key; draw(); }), flip),
      el("div", { class: "card", id: "board", "aria-live": "polite", "data-side": truth ? "truth" : "signals" }, truth ? delivered(run) : signals(run)),
      item.episodes ? el("p", {}, el("button", { type: "button", on: { click: () => filterEpisodes({ run: chosen }) } }, `Show the ${item.episodes} episodes that trained this run`)) : null);
    if (focus) document.getElementById("flip").focus();
  };
  window.openRun = (key) => { chosen = key; truth = true; draw(true); document.getElementById("dashboard").scrollIntoView(); };
  draw();
}

const tile = (value, text, tone) => el("div", { class: "tile" }, el("b", { class: tone }, value), el("span", {}, text));
const edge = (values, from) => { const known = values.filter((v) => v !== null); const n = Math.max(1, known.length / 10 | 0);
  const part = from ? known.slice(0, n) : known.slice(-n); return part.length ? part.reduce((a, b) => a + b, 0) / part.length : null; };

function signals(run) {
  const steps = run.step.length, fall = [edge(run.loss, true), edge(run.loss, false)];
  return [el("h3", {}, "What the operator watches"),
    el("div", { class: "tiles" },
      tile(fall[0] === null ? "–" : `${fall[0].toFixed(2)} → ${fall[1].toFixed(2)}`, "loss, first and last tenth"),
      tile(run.trained ? "survived" : "broke down", `${steps} steps, finite and bounded`, run.trained ? "good" : "bad"),
      tile(share(edge(run.token, false)), "token accuracy at the end"),
      run.dev ? tile(`${share(run.dev[0])} → ${share(run.dev[1])}`, "dev accuracy, base and tuned") : tile("–", "dev accuracy was not recorded")),
    figure("Training loss over steps. Pale: each step; strong: running mean.", (width) => line(width, run, run.loss)),
    figure("Gradient norm over steps.", (width) => line(width, run, run.grad)),
    figure("Next-token accuracy on the tokens that carry the loss.", (width) => line(width, run, run.token, { domain: [0, 1] }),
      table("Every twentieth step", ["step", "loss", "gradient norm", "token accuracy"],
        run.step.map((step, i) => [step, small(run.loss[i]), small(run.grad[i]), small(run.token[i])]).filter((_, i) => i % 20 === 0 || i === steps - 1)))];
}

function delivered(run) {
  const held = run.held, verdict = run.tbdl ? "Trained but did not learn" : run.learned ? "Learned" : run.status === "halted" ? "Halted" : "Did not learn";
  const kinds = [["harm", 1], ["futility", 2]];
  return [el("h3", {}, "What was delivered"),
    el("div", { class: "tiles" }, tile(verdict, run.learned ? "E holds: better than base, by the margin, beyond chance" : "E does not hold on held-out rows", run.learned ? "good" : "bad"),
      held ? tile(`${share(held.base)} → ${share(held.tuned)}`, `accuracy on ${held.rows} held-out rows`) : null,
      held ? tile(`${signed(held.difference)} [${signed(held.low)}, ${signed(held.high)}]`, `paired change, 95%; p = ${small(held.p)} (exact McNemar)`) : null,
      held ? tile(`${held.gains} / ${held.losses}`, "rows won / rows lost against the base") : null,
      kinds.map(([kind]) => tile(run.alarms[kind] ? `step ${run.alarms[kind]}` : "no alarm", `${kind} detector`))),
    held ? figure(`Paired change in held-out accuracy with its 95% interval. Dashed: the margin that acceptance asks for (${signed(run.margin)}).`,
      (width) => plot(width, { height: 78, marginLeft: 16, marginRight: 16, marginBottom: 34, x: { domain: [-1, 1], ticks: 5, label: null, grid: true }, marks: [
        Plot.ruleX([0], { stroke: "var(--pale)" }), Plot.ruleX([run.margin], { stroke: "var(--ink)", strokeDasharray: "5 4" }),
        Plot.ruleY([held], { y: 0, x1: "low", x2: "high", stroke: run.learned ? "var(--good)" : "var(--bad)", ...INTERVAL }),
        Plot.dot([held], { y: 0, x: "difference", r: 6, fill: run.learned ? "var(--good)" : "var(--bad)" })], y: { axis: null } })) : null,
    figure("Wealth of the two bettors against “this run is fine”, on clean probe rows. Above the dashed line a detector alarms. A healthy run gets there with a chance of at most 1 in 100.",
      (width) => wealth(width, kinds.map(([kind, place]) => ({ run: "", kind, alarm: null, p: run.checks.filter((c) => c[place] !== null).map((c) => [c[0], c[place]]) })),
        run.threshold[0], { hue: (curve) => (curve.kind === "harm" ? "var(--bad)" : "var(--other)"), steps: run.step.at(-1) || 1 }),
      table("Wealth at each check (natural logarithm)", ["step", "harm", "futility"], run.checks.map((c) => [c[0], c[1] === null ? "–" : c[1].toFixed(2), c[2] === null ? "–" : c[2].toFixed(2)]))),
    key(["▬", "var(--bad)", "harm: worse than its base"], ["▬", "var(--other)", "futility: not getting anywhere"])];
}
