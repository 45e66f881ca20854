"use strict";
/* The confirmatory study: one table, accuracies, and the wealth of all runs. */
const ARM_COLOUR = { correct: "var(--accent)", mask: "var(--good)", noise: "var(--other)", permute: "var(--bad)" };
const FATE_COLOUR = { learned: "var(--accent)", "silent failure": "var(--bad)", stopped: "var(--pale)" };

function showStudy() {
  const study = HEAD.study, curves = HEAD.wealth.filter((curve) => !study || curve.arm);
  put("study-body", study ? confirmatory(study) : el("p", {}, "The recorded study is not on this machine. ", el("code", {}, "fde confirm --out FOLDER"), " makes it; pass it by --study FOLDER. The wealth below is that of this benchmark's runs."),
    curves.length ? [["harm", "worse than its base"], ["futility", "below the slowest curve that counts as learning"]].map(([kind, means]) => {
      const mine = curves.filter((curve) => curve.kind === kind), alarms = mine.filter((curve) => curve.alarm).length;
      return figure(`Wealth of the ${kind} detector (${means}) in ${mine.length} runs, ${alarms} alarms. A line is a run, up to its alarm (dot); dashed: where it alarms, wealth 100.`,
        (width) => wealth(width, mine, 100, { hue: (curve) => (curve.arm ? ARM_COLOUR[curve.arm] : FATE_COLOUR[curve.fate]), steps: Math.max(10, ...mine.flatMap((curve) => curve.p.map((point) => point[0]))) }),
        table(`Alarms of the ${kind} detector`, ["run", "handling", "ended", "first alarm at step"], mine.map((curve) => [curve.run, curve.arm || "–", curve.fate, curve.alarm || "none"])));
    }) : null,
    curves.length ? key(...(study ? Object.entries(ARM_COLOUR) : Object.entries(FATE_COLOUR)).map(([name, colour]) => ["▬", colour, name])) : null);
}

function confirmatory(study) {
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const bases = [...new Set(study.runs.map((run) => run.base))], arms = Object.keys(study.summary);
  const of = (base, arm) => study.runs.filter((run) => run.base === base && run.arm === arm);
  const cell = (runs) => (runs.length ? `${share(mean(runs.map((run) => run.accuracy)))}, TBDL ${runs.filter((run) => run.tbdl).length}/${runs.length}` : "–");
  const dotRows = study.runs.map((run) => ({ ...run, name: run.base.split("/").at(-1), low: run.base_accuracy + run.ci_low, high: run.base_accuracy + run.ci_high }));
  return [
    el("p", {}, "The same recipe on data handled rightly and in three other ways. Loss falls in all of them; only held-out rows tell which were worth paying for."),
    table("Held-out accuracy (mean of seeds) and silent failures", ["base", "untuned", ...arms],
      bases.map((base) => [base.split("/").at(-1), share(mean(study.runs.filter((run) => run.base === base).map((run) => run.base_accuracy))), ...arms.map((arm) => cell(of(base, arm)))])),
    table("All bases together", ["handling", "runs", "silent failures", "harm alarms", "futility alarms"],
      arms.map((arm) => { const s = study.summary[arm]; return [arm, s.n, s.tbdl, s.harm_alarms, s.futility_alarms]; })),
    figure("Held-out accuracy of every run, with the 95% interval of its paired change.",
      (width) => plot(width, { height: 90 + bases.length * 56, marginLeft: Math.min(120, width * 0.3), marginBottom: 38, x: { domain: [0, 1], grid: true, ticks: 5, label: "held-out accuracy", labelAnchor: "left", labelArrow: "none" },
        y: { domain: bases.map((base) => base.split("/").at(-1)), label: null, tickSize: 0 },
        marks: arms.flatMap((arm, place) => [
          Plot.ruleY(dotRows.filter((run) => run.arm === arm), { y: "name", x1: (run) => Math.max(0, run.low), x2: (run) => Math.min(1, run.high), stroke: ARM_COLOUR[arm], dy: place * 9 - 13, strokeOpacity: 0.45, strokeWidth: 2 }),
          Plot.dot(dotRows.filter((run) => run.arm === arm), { y: "name", x: "accuracy", fill: ARM_COLOUR[arm], dy: place * 9 - 13, r: 3.5 })]) }),
      table("Every run", ["base", "seed", "handling", "base accuracy", "accuracy", "change [95%]", "learned", "harm at", "futility at"], study.runs.map((run) =>
        [run.base.split("/").at(-1), run.seed, run.arm, share(run.base_accuracy), share(run.accuracy), `[${signed(run.ci_low)}, ${signed(run.ci_high)}]`, run.learned ? "yes" : "no", run.harm_step || "–", run.futility_step || "–"]))),
    key(...arms.map((arm) => ["●", ARM_COLOUR[arm], arm]))];
}
