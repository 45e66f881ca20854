"use strict";
/* One episode: step by step, all at once, what the oracle said, and what was said beside. */
const SHORT = 900;
const HEADINGS = { sent: "The agent sent", used: "Used instead, by do(c*)", message: "The platform answered", shown: "The tool showed", logs: "The logs showed" };

/* A long text is cut, and shown whole when asked for. */
function passage(text) {
  const box = el("pre", {}, text.length > SHORT * 1.3 ? `${text.slice(0, SHORT)}…` : text);
  if (text.length <= SHORT * 1.3) return box;
  const whole = button(`Show all ${text.length.toLocaleString("en")} characters`, () => {
    box.textContent = text;
    box.setAttribute("tabindex", "0");
    box.focus();
    whole.remove();
  }, { class: "quiet" });
  return [box, whole];
}
const said = (heading, text) => (text ? [el("p", { class: "small" }, heading), passage(text)] : null);

async function replay(item, quiet) {
  const { texts, episodes } = await block(HEAD.blocks[item.ticket]), told = episodes[item.id];
  const text = (number) => (known(number) ? texts[number] : "");
  const verdicts = new Map(told.verdicts.map((verdict) => [verdict.stage, verdict]));
  const steps = told.steps.map(([tool, next, sent, message, shown, logs], place) => {
    const name = text(tool), stage = name.startsWith("submit_") ? name.slice(7) : null;
    return { place, name, stage, verdict: stage && verdicts.get(stage), sent: text(sent), message: text(message), shown: text(shown), logs: text(logs) };
  });
  steps.forEach((step) => { if (step.verdict) step.used = text(step.verdict.used); });
  const views = { "Step by step": () => oneStep(steps, at, text(told.opening)), "All steps": () => allSteps(steps, text(told.opening)), Verdicts: () => oracle(item, told),
    ...(told.said.length ? { "In its own words": () => ownWords(told.said.map(([role, number]) => [role, text(number)])) } : {}) };
  let at = 0, view = "Step by step";
  const body = el("div", {}), where = el("span", { role: "status", class: "where" });
  const close = () => { document.getElementById("replay").replaceChildren(); document.querySelector(`[data-episode="${item.id}"]`)?.focus(); point(""); };
  const go = (place) => { view = "Step by step"; at = Math.max(0, Math.min(steps.length, place)); draw(); };
  const tabs = Object.keys(views).map((name) => button(name, () => { view = name; draw(); }, { "data-view": name }));
  const rail = el("ol", { class: "rail", "aria-label": "Stages; jump to a submission" }, HEAD.stages.map(({ name }) => {
    const step = steps.findLast((found) => found.stage === name), verdict = verdicts.get(name), tone = verdict ? (verdict.passed ? "good" : "bad") : "none";
    const outcome = verdict ? (verdict.passed ? "passed" : "failed") : "not judged", mark = { good: "✓", bad: "✗", none: "·" }[tone];
    return el("li", {}, button(`${mark} ${name}`, () => go(step.place + 1), { class: tone, disabled: !step, "aria-label": `${name}, ${outcome}` }));
  }));
  const turn = el("div", { class: "row turn" }, button("Back", () => go(at - 1)), button("Next", () => go(at + 1)), where);
  function draw() {
    tabs.forEach((tab) => tab.setAttribute("aria-pressed", tab.dataset.view === view));
    turn.hidden = view !== "Step by step";
    where.textContent = at ? `step ${at} of ${steps.length}` : `the opening; ${plural(steps.length, "step")} follow`;
    body.replaceChildren(views[view]());
  }
  const card = el("article", { class: "card", "aria-labelledby": "replay-title", on: { keydown: (event) => {
    if (event.target.matches("select, input") || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") close();
    if (view !== "Step by step" || !["ArrowRight", "ArrowLeft"].includes(event.key)) return;
    go(at + (event.key === "ArrowRight" ? 1 : -1));
    event.preventDefault();
  } } },
  el("h3", { id: "replay-title", tabindex: -1 }, `${item.agent} on ${item.ticket}` + (told.company ? ` for ${told.company}` : "")),
  summaryOf(item, told),
  rail, el("div", { class: "row" }, tabs, item.run && HEAD.runs.some((run) => run.key === item.run) ? button("Its run", () => openRun(item.run)) : null, button("Close", close)),
  turn, body);
  document.getElementById("replay").replaceChildren(card);
  draw();
  if (!quiet) document.getElementById("replay-title").focus();
  point(`e-${item.id}`);
}

/* The address names the episode, so that it can be sent to somebody. */
function point(hash) {
  try { history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search); } catch { /* some browsers keep a file's address */ }
}
async function openAddressed() {
  const item = EPISODES.find((found) => `#e-${found.id}` === location.hash);
  if (!item) return;
  await replay(item);
  document.getElementById("replay").scrollIntoView();
}

function summaryOf(item, told) {
  const spent = Object.entries(told.spent).map(([name, value]) => (name === "dollars" ? `${dollars(value)} to its provider` : `${value.toLocaleString("en")} ${words(name)}`));
  const failed = told.verdicts.filter((verdict) => !verdict.passed).map((verdict) => verdict.stage);
  return el("p", { class: "note" }, el("b", { class: item.outcome === "delivered" ? "good" : "bad" }, words(item.outcome)), failed.length ? ` at ${failed.join(", ")}. ` : item.outcome === "delivered" ? ". " : `: ${told.detail}. `,
    `Hazard: ${words(item.hazard)}. Pressure: ${words(item.pressure)}. ${item.inject ? "Arithmetic put right by do(c*). " : ""}`,
    known(item.reward) ? `Return ${share(item.reward)}. ` : "No score. ", spent.length ? `Spent: ${spent.join(", ")}.` : "");
}

const judged = (verdict) => (verdict ? el("p", { class: "verdict" }, el("b", { class: verdict.passed ? "good" : "bad" }, verdict.passed ? "✓ Passed: " : "✗ Failed: "), verdict.reason,
  el("span", { class: "small" }, ` (${verdict.rule_id}; the agent saw no verdict)`)) : null);
const stepBody = (step) => [...["sent", "used", "message", "shown", "logs"].map((part) => said(HEADINGS[part], step[part])), judged(step.verdict)].flat(2).filter(Boolean);

function oneStep(steps, at, opening) {
  if (!at) return el("div", {}, el("h4", {}, "The ticket arrives"), said("The platform said", opening) || el("p", {}, "Nothing was recorded of it."));
  return el("div", {}, el("h4", {}, steps[at - 1].name), stepBody(steps[at - 1]));
}
function allSteps(steps, opening) {
  return el("ol", { class: "steps" }, el("li", {}, el("h4", {}, "The ticket arrives"), said("The platform said", opening)),
    steps.map((step) => el("li", { class: step.verdict ? (step.verdict.passed ? "good-line" : "bad-line") : null }, el("h4", {}, `${step.place + 1}. ${step.name}`), stepBody(step))));
}
const ownWords = (entries) => el("ol", { class: "steps" }, entries.map(([role, text]) => el("li", {}, el("h4", {}, role || "entry"), passage(text))));

const FACT = { ending: "how it ended", reward: "return", train_pass: "training survived (T)", learned: "learned (E)", halted: "halted", tbdl: "silent failure (TBDL)",
  base_accuracy: "held-out accuracy of the base", accuracy: "held-out accuracy of the tuned model", p_value: "p, exact McNemar, one-sided", alarms: "first alarms, at step",
  ship_attempts: "attempts to ship around the gate", gpu_hours: "billed GPU-hours", cost_usd: "training bill, $" };
const SHARES = new Set(["reward", "base_accuracy", "accuracy"]);
function factOf(value, name) {
  if (SHARES.has(name)) return share(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return Number.isInteger(value) ? value : value >= 0.001 ? value.toFixed(3) : small(value);
  if (typeof value === "object") return Object.entries(value).map(([name, step]) => `${name} ${step ?? "none"}`).join(", ");
  return words(value);
}

function oracle(item, told) {
  const facts = Object.entries(told.facts).filter(([, value]) => known(value));
  const found = told.compliance.flatMap((kind) => (kind.findings.length ? kind.findings.map((one) => [kind.kind, "violated", one.reason, one.stage])
    : [[kind.kind, kind.outcome, kind.outcome === "unjudged" ? kind.failure : COMPLIANCE[kind.kind] || "nothing was found", "–"]]));
  const toned = (good, text) => el("span", { class: good ? "good" : "bad" }, text);
  return el("div", {},
    told.verdicts.length ? table("Verdicts in order", ["stage", "verdict", "reason", "rule"], told.verdicts.map((one) =>
      [one.stage, toned(one.passed, one.passed ? "✓ passed" : "✗ failed"), one.reason, one.rule_id])) : el("p", {}, "This episode has no score: nothing was judged."),
    found.length ? table("Compliance, apart from capability", ["kind", "finding", "reason", "stage"], found.map(([kind, outcome, ...rest]) => [kind, toned(outcome === "compliant", outcome), ...rest])) : null,
    told.stated.length ? table("What it said of the rules when asked aside, and did", ["rule", "it said", "read as", "the policy says", "it did", "asked"], told.stated.map((one) =>
      [words(one.question), one.answer, words(one.stated ?? "unclear"), words(one.right), words(one.acted ?? "–"), HEAD.questions[one.question] || "–"])) : null,
    facts.length ? table("Recorded facts", ["fact", "value"], facts.map(([name, value]) => [FACT[name] || words(name), factOf(value, name)])) : null);
}
