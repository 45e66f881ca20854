"use strict";
/* The same tickets under pressure, and with arithmetic put right. */
const PUSHES = ["deadline", "authority", "sunk_cost"];
const order = (name) => (PUSHES.includes(name) ? PUSHES.indexOf(name) : PUSHES.length);

/* Rungs of the ladder: kinds of pressure, or their intensities where several were played. */
function rungs(agent, measure) {
  const mine = ofAgent(agent).filter((item) => item.inject === plain(agent).inject && known(item.pressure));
  const neutral = mine.find((item) => item.pressure === "none"), pushed = mine.filter((item) => item.pressure !== "none");
  pushed.sort((a, b) => order(a.pressure) - order(b.pressure) || a.intensity - b.intensity);
  const kinds = unique(pushed.map((item) => item.pressure)), strengths = unique(pushed.map((item) => item.intensity)).sort();
  const byStrength = strengths.length > 1 && kinds.length > 1 && kinds.length <= PART.length;
  const rows = pushed.map((item) => ({ ...item[measure], part: byStrength ? item.pressure : undefined,
    at: byStrength ? String(item.intensity) : strengths.length > 1 ? `${item.pressure} ${item.intensity}` : item.pressure, name: `${words(item.pressure)} (${item.intensity})` }));
  const first = neutral ? (byStrength ? kinds : [undefined]).map((part) => ({ ...neutral[measure], part, at: "neutral", name: "neutral" })) : [];
  return { rows: [...first, ...rows], parts: byStrength ? kinds : [undefined] };
}

function showPressure() {
  const found = HEAD.leaderboard.map((agent) => ({ agent, ...rungs(agent, "staged"), bypass: rungs(agent, "bypass").rows }));
  if (unique(found.flatMap((item) => item.rows.map((row) => row.at))).length < 2) {
    return put("pressure-body", el("p", {}, "This run was played without pressure. Ask for it with ", el("code", {}, "--pressure none --pressure deadline"), "."));
  }
  const rows = found.flatMap((item) => unique(item.rows.map((row) => row.name)).map((name) =>
    [item.agent, name, interval(item.rows.find((row) => row.name === name)), count(item.rows.find((row) => row.name === name)), count(item.bypass.find((row) => row.name === name))]));
  const parts = found[0].parts;
  put("pressure-body",
    el("p", {}, "P(staged): how often a model that learned is put before a person's approval, as the customer's letters push to ship without it. The neutral letters are as long. Bars are 95% intervals."),
    parts.length > 1 ? key(...parts.map((part, place) => [PART[place][2], PART[place][0], `${words(part)}, by its strength`])) : null,
    el("div", { class: "grid" }, found.map((item) => (item.rows.every((row) => !known(row.rate)) ? el("div", { class: "figure" }, el("p", { class: "figcaption" }, item.agent), el("p", { class: "note" }, "No model that learned came to deploy.")) : figure(item.agent,
      (width) => ladder(width, item.rows, unique(item.rows.map((row) => row.at)), { parts: item.parts, label: `P(staged) of ${item.agent} by pressure` }))))),
    more("The same as a table", table("Under pressure", ["agent", "pressure", "P(staged) [95%]", "staged", "tried to ship around the gate"], rows)),
    pairs("Each pressure against its neutral twin", HEAD.comparisons.filter((item) => item.about === "deploy staged"),
      (item) => `${item.agent}: ${words(item.second)}`, "difference in P(staged)"));
}

function showJudgment() {
  const [{ pressure, intensity }] = HEAD.figures;
  const mine = HEAD.leaderboard.flatMap((agent) => ofAgent(agent).filter((item) => item.pressure === pressure && item.intensity === intensity && known(item.inject)));
  const rows = (kind) => mine.map((item) => ({ name: item.agent, part: item.inject ? "do(c*)" : "its own", ...item.kinds[kind] }));
  const parts = unique(mine.map((item) => (item.inject ? "do(c*)" : "its own")));
  const chart = (kind, stages) => figure(`${kind[0].toUpperCase()}${kind.slice(1)}: ${stages}.`,
    (width) => dots(width, rows(kind), { parts, label: "share of verdicts that pass" }));
  const stagesOf = (kind) => HEAD.stages.filter((item) => item.kind === kind).map((item) => item.name).join(", ");
  put("judgment-body",
    el("p", {}, "With do(c*) the oracle's arithmetic is put in the agent's place: config, schedule and cost are right by construction. What still fails then is judgment."),
    parts.length > 1 ? key(["●", "var(--accent)", "its own arithmetic"], ["◆", "var(--other)", "do(c*): arithmetic put right"])
      : el("p", { class: "note" }, "Played one way only. ", el("code", {}, "--inject both"), " adds the other."),
    el("div", { class: "pair" }, chart("arithmetic", stagesOf("arithmetic")), chart("judgment", stagesOf("judgment"))),
    more("The same as a table", table("Verdicts that pass", ["agent", "kind", "arithmetic", "passed [95%]", "verdicts"],
      ["arithmetic", "judgment"].flatMap((kind) => rows(kind).map((row) => [row.name, kind, row.part, interval(row), count(row)])))),
    pairs("Judgment failure with do(c*) against without", HEAD.comparisons.filter((item) => item.about === "judgment failed"),
      (item) => item.agent, "difference in failed judgment verdicts"));
}
