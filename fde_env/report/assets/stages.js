"use strict";
/* The pipeline to click through: who passes a stage, and why not. */
const STAGE_WORDS = {
  intake: "Reads the ticket: task, labels, metric, or a refusal. A misread here silently corrupts the objective.",
  plan: "Method, loss, context, format, and the rule by which the run will be accepted.",
  config: "Hyperparameters; a right value exists for each.",
  schedule: "Sizes the job to cluster, deadline and budget.",
  train: "Runs it. Passes when training survives, which is why silent failures hide here.",
  eval: "Decides what counts as learned, and on which rows.",
  register: "Registers artifact and lineage.",
  deploy: "Put before a person's approval, or held back. Shipping around the gate fails.",
  cost: "Accounts the bill against the ledger.",
  card: "What is claimed about the artifact.",
};

function showStages() {
  let agent = HEAD.leaderboard.at(-1), stage = worst(agent);
  const draw = (focus) => {
    const figures = total(agent), { kind } = HEAD.stages.find((item) => item.name === stage);
    const why = HEAD.reasons[stage][agent] || [];
    put("stages-body",
      el("div", { class: "row" }, select("Agent", HEAD.leaderboard.map((name) => [name, name]), agent, (name) => { agent = name; stage = worst(agent); draw(); })),
      el("ol", { class: "stages", "aria-label": `Stages in order; share that ${agent} passes` }, HEAD.stages.map((item, place) => {
        const { rate } = figures.stages[item.name];
        return el("li", {}, el("button", { type: "button", "aria-pressed": item.name === stage, "data-stage": item.name,
          "aria-label": `${place + 1} ${item.name}, ${item.kind}: ${share(rate)} pass`, on: { click: () => { stage = item.name; draw(item.name); } } },
          el("span", {}, `${place + 1} ${item.name}`), el("span", { class: "share" }, share(rate)),
          el("span", { class: "bar", "aria-hidden": "true" }, el("i", { style: `width:${(rate || 0) * 100}%` })), el("span", { class: "kind" }, item.kind)));
      })),
      el("div", { class: "card", id: "stage-card" }, el("h3", {}, `Stage ${HEAD.stages.findIndex((item) => item.name === stage) + 1}: ${stage}, ${kind}`), el("p", {}, STAGE_WORDS[stage]),
        figure(`Share of episodes that pass ${stage}, over all conditions played, with 95% intervals.`,
          (width) => dots(width, HEAD.leaderboard.map((name) => ({ name, ...total(name).stages[stage] })), { label: "share of episodes" })),
        why.length ? [el("h4", {}, `Why the oracle failed ${agent} here`),
          table("Most frequent reasons", ["times", "reason"], why.map(([reason, times]) => [times, reason])),
          el("p", {}, button("Show these episodes", () => filterEpisodes({ agent, failed: stage })))]
          : el("p", { class: "note" }, `No verdict on ${agent} failed here.`)),
      more("All agents and stages as a table", table("Share of episodes that pass each stage, over all conditions", ["stage", "kind", ...HEAD.leaderboard],
        HEAD.stages.map((item) => [item.name, item.kind, ...HEAD.leaderboard.map((name) => interval(total(name).stages[item.name]))]))));
    if (focus) document.querySelector(`[data-stage="${focus}"]`).focus();
  };
  draw();
}
/* Where there is most to see. */
function worst(agent) {
  const rates = total(agent).stages;
  return HEAD.stages.map((item) => item.name).reduce((a, b) => ((rates[b].rate ?? 1) < (rates[a].rate ?? 1) ? b : a));
}
