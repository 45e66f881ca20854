"use strict";
/* The confirmatory study: what training shows, what was delivered, and which detector saw it. */
const ARM_LOOK = {
  correct: { hue: "var(--accent)", shape: "circle", mark: "●" },
  mask: { hue: "var(--good)", shape: "square", mark: "■" },
  noise: { hue: "var(--other)", shape: "diamond", mark: "◆", dash: "6 3" },
  permute: { hue: "var(--bad)", shape: "triangle", mark: "▲", dash: "2 3" },
};
const FATE_LOOK = {
  learned: { hue: "var(--accent)", shape: "circle", mark: "●" },
  "silent failure": { hue: "var(--bad)", shape: "triangle", mark: "▲", dash: "6 3" },
  stopped: { hue: "var(--pale)", shape: "square", mark: "■" },
};
const keysOf = (looks, names) => key(...names.map((name) => [looks[name].mark, looks[name].hue, name]));
const nameOf = (base) => base.split("/").at(-1);

function showStudy() {
  const { study } = HEAD, curves = HEAD.wealth.filter((curve) => !study || curve.arm);
  put("study-body",
    study ? confirmatory(study) : el("p", {}, "No study was put into this page (", el("code", {}, "--study"), "). The wealth below is that of this benchmark's runs."),
    curves.length ? [el("h3", {}, "Which detector sees it, and when"), detectors(curves, study)] : null);
}

function detectors(curves, study) {
  const looks = study ? ARM_LOOK : FATE_LOOK, names = study ? Object.keys(study.summary) : Object.keys(FATE_LOOK);
  const steps = Math.max(10, ...curves.flatMap((curve) => curve.p.map((point) => point[0])));
  return [["harm", "worse than its base"], ["futility", "below the slowest curve that counts as learning"]].map(([kind, means]) => {
    const mine = curves.filter((curve) => curve.kind === kind), alarms = mine.filter((curve) => curve.alarm).length;
    return figure(`Wealth of the ${kind} detector (${means}) in ${plural(mine.length, "run")}: ${plural(alarms, "alarm")}. A line is a run, up to its alarm.`,
      (width) => wealth(width, mine, 100, { look: (curve) => looks[study ? curve.arm : curve.fate], steps, note: kind === "harm" ? "end" : "start" }),
      { keys: keysOf(looks, names), alternative: table(`Alarms of the ${kind} detector`, ["run", "base", "handling", "ended", "first alarm at step"],
        mine.map((curve) => [curve.run, curve.base, curve.arm ? `${curve.arm}, seed ${curve.seed}` : "–", curve.fate, curve.alarm || "none"])) });
  });
}

function headlines(study) {
  const { runs, money } = study, silent = runs.filter((run) => run.tbdl);
  const caught = (arm, step) => {
    const mine = runs.filter((run) => run.arm === arm), seen = mine.map((run) => run[step]).filter(known);
    return mine.length ? tile(`${seen.length} of ${mine.length}`, `${arm} runs that the ${step.split("_")[0]} detector catches` + (seen.length ? `; median step ${d3.median(seen)} of ${mine[0].steps}` : ""), seen.length === mine.length ? "good" : null) : null;
  };
  const healthy = runs.filter((run) => run.learned), wrong = healthy.filter((run) => run.harm_step || run.futility_step);
  return el("div", { class: "tiles three" },
    tile(`${silent.length} of ${runs.length}`, "runs survive training with falling loss and do not learn (TBDL)", silent.length ? "bad" : "good"),
    tile(`${dollars(money.tbdl_usd)} of ${dollars(money.spent_usd)}`, "billed for those; by the meter, on the hardware that the tickets name"),
    tile(dollars(money.saved_usd), "of it saved by a halt at the first alarm"),
    caught("permute", "harm_step"), caught("noise", "futility_step"),
    tile(`${wrong.length} of ${healthy.length}`, "false alarms: runs that learn and were alarmed about", wrong.length ? "bad" : "good"));
}

function confirmatory(study) {
  const bases = unique(study.runs.map((run) => run.base)), arms = Object.keys(study.summary);
  const of = (base, arm) => study.runs.filter((run) => run.base === base && run.arm === arm);
  const { margin } = study.acceptance;
  const cell = (runs) => {
    const failed = runs.filter((run) => run.tbdl).length;
    return runs.length ? el("span", {}, share(mean(runs.map((run) => run.accuracy))), el("span", { class: `small ${failed ? "bad" : ""}` }, ` TBDL ${failed}/${runs.length}`)) : "–";
  };
  const named = (base) => {
    const [{ nominal_base: nominal }] = study.runs.filter((run) => run.base === base);
    return nominal && nominal !== base ? `${nameOf(base)} (for ${nameOf(nominal)})` : nameOf(base);
  };
  const drawn = study.runs.map((run) => ({ ...run, name: nameOf(run.base), low: Math.max(0, run.base_accuracy + run.ci_low), high: Math.min(1, run.base_accuracy + run.ci_high) }));
  return [
    el("p", {}, "One recipe, four ways to handle the customer's data: correct; labels permuted by an outdated map; noise from an old tagger; and mask, a rule broken that does no harm. Loss falls in all of them. Only held-out rows tell which were worth paying for."),
    headlines(study),
    table("Held-out accuracy, mean of seeds, and silent failures; in brackets the model that the base stands in for", ["base", "untuned", ...arms],
      bases.map((base) => [named(base), share(mean(study.runs.filter((run) => run.base === base).map((run) => run.base_accuracy))), ...arms.map((arm) => cell(of(base, arm)))])),
    table("All bases together", ["handling", "runs", "silent failures", "harm alarms", "futility alarms"],
      arms.map((arm) => { const found = study.summary[arm]; return [arm, found.n, found.tbdl, found.harm_alarms, found.futility_alarms]; })),
    el("div", { class: "pair" },
      figure("What training shows: mean loss of each handling. Mask also counts the prompt's tokens, so its level is another.",
        (width) => losses(width, study), { keys: keysOf(ARM_LOOK, arms) }),
      figure(`What was delivered: held-out accuracy of every run, with the 95% interval of its paired change. Dashed: the untuned base; acceptance asks for ${signed(margin)} above it.`,
        (width) => accuracies(width, drawn, bases, arms), { keys: keysOf(ARM_LOOK, arms) })),
    more("Every run as a table", table("Every run", ["base", "seed", "handling", "base accuracy", "accuracy", "change, 95%", "learned", "harm at", "futility at", "bill, $"], study.runs.map((run) =>
      [nameOf(run.base), run.seed, run.arm, share(run.base_accuracy), share(run.accuracy), `${signed(run.ci_low)} to ${signed(run.ci_high)}`, run.learned ? "yes" : "no", run.harm_step || "–", run.futility_step || "–", run.cost_usd.toFixed(2)])))];
}

function losses(width, study) {
  const points = Object.entries(study.loss).flatMap(([arm, curve]) => curve.map(([step, value]) => ({ arm, step, value, ...ARM_LOOK[arm] })));
  return plot(width, { height: 270, marginLeft: 40, marginRight: 14, marginTop: 10, marginBottom: 40, symbol: { type: "identity" },
    x: { ticks: Math.max(3, Math.floor(width / 110)), ...under("step") }, y: { label: null, grid: true, ticks: 5, zero: true },
    marks: Object.keys(study.loss).map((arm) => Plot.lineY(points.filter((point) => point.arm === arm), { x: "step", y: "value", stroke: ARM_LOOK[arm].hue, strokeDasharray: ARM_LOOK[arm].dash, strokeWidth: 2.2 })) });
}

function accuracies(width, drawn, bases, arms) {
  const y = (run) => run.name, dy = (place) => place * 11 - (arms.length - 1) * 5.5;
    return plot(width, { height: 270, marginLeft: 104, marginRight: 14, marginTop: 10, marginBottom: 40, symbol: { type: "identity" },
    x: { domain: [0, 1], grid: true, ticks: width < 480 ? 3 : 5, ...under("held-out accuracy") }, y: { domain: bases.map(nameOf), label: null, tickSize: 0 },
    marks: [
      ...bases.map((base) => Plot.tickX([{ name: nameOf(base), x: mean(drawn.filter((run) => run.base === base).map((run) => run.base_accuracy)) }], { x: "x", y: "name", stroke: "var(--pale)", strokeDasharray: "3 3" })),
      ...arms.flatMap((arm, place) => {
        const mine = drawn.filter((run) => run.arm === arm), { hue, shape } = ARM_LOOK[arm];
        return [Plot.ruleY(mine, { y, x1: "low", x2: "high", stroke: hue, dy: dy(place), strokeOpacity: 0.4, strokeWidth: 2.5 }),
          Plot.dot(mine, { y, x: "accuracy", fill: hue, symbol: shape, dy: dy(place), r: 4 })];
      })] });
}
