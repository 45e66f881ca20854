"use strict";
/* One run: green signals on one side, delivered truth on the other. */
function showDashboard() {
  if (!HEAD.runs.length) {
    return put("dashboard-body", el("p", {}, "No recorded evidence of these runs is on this machine, so there is nothing to draw."));
  }
  let chosen = (HEAD.runs.find((run) => run.tbdl) || HEAD.runs[0]).key, truth = false;
  const choice = (run) => [run.key, run.name + (truth ? ` (${run.fate})` : "")];
  const draw = async (focus) => {
    const item = HEAD.runs.find((run) => run.key === chosen), run = await block(item.block);
    const flip = button(truth ? "Back to the training signals" : "Show what was delivered", () => { truth = !truth; draw(true); },
      { class: "primary", id: "flip", "aria-pressed": truth, "aria-controls": "board" });
    const groups = [["This benchmark", HEAD.runs.filter((found) => !found.study)], ["The confirmatory study", HEAD.runs.filter((found) => found.study)]];
    put("dashboard-body",
      el("div", { class: "row" }, select("Run", groups.filter(([, runs]) => runs.length).map(([name, runs]) => [name, runs.map(choice)]), chosen, (key) => { chosen = key; draw(); }), flip),
      el("div", { class: "card", id: "board", "data-side": truth ? "truth" : "signals" }, truth ? delivered(run) : signals(run)),
      item.episodes ? el("p", {}, button(`Show the ${plural(item.episodes, "episode")} that trained this run`, () => filterEpisodes({ run: chosen }))) : null);
    if (focus) document.getElementById("flip").focus();
    document.getElementById("dashboard-said").textContent = `${item.name}: ${truth ? "what was delivered" : "what the operator watches"}`;
  };
  window.openRun = (key) => {
    chosen = key;
    truth = true;
    draw(true);
    document.getElementById("dashboard").scrollIntoView();
  };
  draw();
}

/* Mean of the first or last tenth. */
function edge(values, first) {
  const seen = values.filter(known), n = Math.max(1, Math.floor(seen.length / 10));
  return seen.length ? mean(first ? seen.slice(0, n) : seen.slice(-n)) : null;
}

function signals(run) {
  const steps = run.step.length, from = edge(run.loss, true), to = edge(run.loss, false);
  const rows = run.step.map((step, i) => [step, small(run.loss[i]), small(run.grad[i]), small(run.token[i])]).filter((_, i) => i % 20 === 19 || i === steps - 1);
  return [el("h3", {}, "What the operator watches"),
    el("div", { class: "tiles" },
      tile(known(from) ? `${from.toFixed(2)} → ${to.toFixed(2)}` : "–", "training loss, mean of first and last tenth", known(from) && to < from ? "good" : null),
      tile(run.trained ? "survived" : "broke down", `${steps} steps; loss finite, gradients bounded`, run.trained ? "good" : "bad"),
      tile(share(edge(run.token, false)), "next-token accuracy at the end"),
      run.dev ? tile(`${share(run.dev[0])} → ${share(run.dev[1])}`, "accuracy on the dev split, base and tuned") : tile("–", "accuracy on the dev split was not recorded")),
    figure("Training loss. Pale: each step; strong: running mean of 15.", (width) => line(width, run, run.loss)),
    el("div", { class: "pair" },
      figure("Gradient norm.", (width) => line(width, run, run.grad)),
      figure("Next-token accuracy where the loss is taken.", (width) => line(width, run, run.token, { domain: [0, 1] }))),
    more("The same as a table", table("Every twentieth step", ["step", "loss", "gradient norm", "token accuracy"], rows))];
}

function delivered(run) {
  const held = run.held, tone = run.learned ? "good" : "bad", colour = `var(--${tone})`;
  const verdict = run.learned ? "Learned" : run.tbdl ? "Trained, did not learn" : run.status === "halted" ? "Halted" : "Did not learn";
  const kinds = [["harm", 1], ["futility", 2]];
  const curves = kinds.map(([kind, place]) => ({ kind, alarm: run.alarms[kind], p: run.checks.filter((check) => known(check[place])).map((check) => [check[0], check[place]]) }));
  return [el("h3", {}, "What was delivered"),
    el("div", { class: "tiles" },
      tile(verdict, run.learned ? "better than its base on held-out rows, by the margin and beyond chance" : "not better than its base on held-out rows, by the margin and beyond chance", tone),
      held ? tile(`${share(held.base)} → ${share(held.tuned)}`, `accuracy on ${held.rows.toLocaleString("en")} held-out rows, base and tuned`) : null,
      held ? tile(signed(held.difference), `paired change; 95% ${signed(held.low)} to ${signed(held.high)}; p = ${small(held.p)} (exact McNemar, one-sided)`, tone) : null,
      held ? tile(`${held.gains} / ${held.losses}`, "held-out rows won / lost against the base") : null,
      kinds.map(([kind]) => tile(run.alarms[kind] ? `step ${run.alarms[kind]}` : "no alarm", `${kind} detector`))),
    held ? figure(`Paired change in held-out accuracy with its 95% interval. Dashed: the margin that acceptance asks for, ${signed(run.margin)}.`,
      (width) => plot(width, { height: 86, marginLeft: 16, marginRight: 16, marginTop: 8, marginBottom: 40, y: { axis: null },
        x: { domain: [-1, 1], ticks: 5, grid: true, ...under("change in accuracy") },
        marks: [Plot.ruleX([0], { stroke: "var(--pale)" }), Plot.ruleX([run.margin], { stroke: "var(--ink)", strokeDasharray: "5 4" }),
          Plot.ruleY([held], { y: 0, x1: "low", x2: "high", stroke: colour, strokeWidth: 4, strokeOpacity: 0.5 }),
          Plot.dot([held], { y: 0, x: "difference", r: 6, fill: colour })] })) : null,
    figure("What two bettors have made against “this run is fine”, on clean rows that it never trains on. Above the dashed line a detector alarms; a healthy run gets there with a chance of at most 1 in 100.",
      (width) => wealth(width, curves, run.threshold[0], { look: (curve) => KIND_LOOK[curve.kind], steps: run.step.at(-1) || 1, note: run.alarms.harm ? "end" : "start" }),
      { keys: key(["▬", KIND_LOOK.harm.hue, "harm: worse than its base"], ["╍", KIND_LOOK.futility.hue, "futility: getting nowhere"]),
        alternative: table("Wealth at each check, as natural logarithm", ["step", "harm", "futility"],
          run.checks.map((check) => [check[0], ...[1, 2].map((place) => (known(check[place]) ? check[place].toFixed(2) : "–"))])) })];
}
const KIND_LOOK = { harm: { hue: "var(--bad)", shape: "circle" }, futility: { hue: "var(--other)", dash: "6 3", shape: "diamond" } };
