"use strict";
/* The list with its filters, fifty at a time, and the replay of one episode. */
const PAGE = 50;
const EPISODES = HEAD.episodes.map((line) => Object.fromEntries(HEAD.columns.map((name, place) => [name, line[place]])));
const FILTERS = [["agent", "Agent"], ["hazard", "Hazard"], ["pressure", "Pressure"], ["inject", "do(c*)"], ["outcome", "Outcome"]];
let wanted = {}, shown = PAGE;

function matches(item) {
  return Object.entries(wanted).every(([name, value]) => value === "" || value === undefined ||
    (name === "failed" ? item.stages[HEAD.stages.findIndex((stage) => stage.name === value)] === "0" : String(item[name]) === value));
}
window.filterEpisodes = (changes) => { wanted = changes; shown = PAGE; showEpisodes(); document.getElementById("episodes").scrollIntoView(); document.getElementById("found").focus({ preventScroll: true }); };

const marks = (stages) => el("span", { class: "dots" }, el("span", { "aria-hidden": "true" }, [...stages].map((mark) => ({ 1: "●", 0: "○", "-": "·" })[mark]).join("")),
  el("span", { class: "hidden" }, `${[...stages].filter((mark) => mark === "1").length} of ${[...stages].filter((mark) => mark !== "-").length} stages passed`));

function showEpisodes() {
  const found = EPISODES.filter(matches);
  const choose = ([name, text]) => select(text, [["", "all"], ...[...new Set(EPISODES.map((item) => String(item[name])))].sort().map((value) => [value, name === "inject" ? (value === "true" ? "injected" : "its own") : words(value)])],
    wanted[name] ?? "", (value) => { wanted[name] = value; shown = PAGE; showEpisodes(); });
  const stages = [["", "any"], ...HEAD.stages.map((stage) => [stage.name, stage.name])];
  const focused = document.activeElement?.closest("label")?.firstChild?.textContent;
  put("episodes-body",
    el("p", {}, "Choose one to replay it step by step, with what the oracle said. A circle is a stage, in order: ● passed, ○ failed or not reached, · does not apply."),
    el("div", { class: "row", role: "search", "aria-label": "Filter episodes" }, FILTERS.map(choose),
      select("Failed at", stages, wanted.failed ?? "", (value) => { wanted.failed = value; shown = PAGE; showEpisodes(); }),
      el("button", { type: "button", on: { click: () => { wanted = {}; shown = PAGE; showEpisodes(); } } }, "Clear")),
    el("p", { id: "found", tabindex: -1, role: "status" }, `${found.length} of ${EPISODES.length} episodes` + (wanted.run ? ` (run ${wanted.run.slice(0, 6)})` : "")),
    el("div", { id: "replay" }),
    el("ul", { class: "list" }, found.slice(0, shown).map((item) => el("li", {}, el("button", { type: "button", "data-episode": item.id, on: { click: () => replay(item) } },
      el("span", {}, `${item.agent}, ${item.ticket}`), marks(item.stages),
      el("span", { class: "small" }, `hazard ${words(item.hazard)}; pressure ${words(item.pressure)}${item.inject ? "; do(c*)" : ""}; trial ${item.trial + 1}`),
      el("span", { class: "small " + (item.outcome === "delivered" ? "good" : item.tbdl ? "bad" : "") }, words(item.outcome) + (item.tbdl ? ", TBDL" : "")))))),
    found.length > shown ? el("p", {}, el("button", { type: "button", on: { click: () => { shown += PAGE; showEpisodes(); } } }, `Show ${Math.min(PAGE, found.length - shown)} more`)) : null);
  if (focused) [...document.querySelectorAll("#episodes-body label")].find((label) => label.firstChild.textContent === focused)?.querySelector("select").focus();
}

async function replay(item) {
  const told = (await block(HEAD.blocks[item.ticket]))[item.id];
  let at = 0;
  const steps = told.steps, verdicts = new Map(told.verdicts.map((verdict) => [verdict.stage, verdict]));
  const close = () => { document.getElementById("replay").replaceChildren(); document.querySelector(`[data-episode="${item.id}"]`)?.focus(); };
  const card = el("article", { class: "card", "aria-labelledby": "replay-title", on: { keydown: (event) => {
    if (event.target.matches("select, input")) return;
    if (event.key === "ArrowRight") { at = Math.min(steps.length, at + 1); draw(); event.preventDefault(); }
    if (event.key === "ArrowLeft") { at = Math.max(0, at - 1); draw(); event.preventDefault(); }
    if (event.key === "Escape") close();
  } } });
  const title = el("h3", { id: "replay-title", tabindex: -1 }, `${item.agent} on ${item.ticket}` + (told.company ? ` for ${told.company}` : ""));
  const body = el("div", { "aria-live": "polite" });
  const where = el("span", { role: "status" });
  const go = (text, change) => el("button", { type: "button", on: { click: () => { at = change(); draw(); } } }, text);
  const draw = () => {
    where.textContent = at < steps.length ? `step ${at + 1} of ${steps.length}` : "what the oracle said";
    body.replaceChildren(at < steps.length ? oneStep(steps[at], verdicts) : verdict(item, told));
  };
  card.append(title, el("p", { class: "note" }, `${words(item.outcome)}; ${told.detail}. Hazard: ${words(item.hazard)}.`),
    el("div", { class: "row" }, go("Back", () => Math.max(0, at - 1)), go("Next", () => Math.min(steps.length, at + 1)), go("Verdicts", () => steps.length), where,
      item.run && HEAD.runs.some((run) => run.key === item.run) ? el("button", { type: "button", on: { click: () => openRun(item.run) } }, "Its run") : null,
      el("button", { type: "button", on: { click: close } }, "Close")), body);
  document.getElementById("replay").replaceChildren(card);
  draw();
  title.focus();
}

function oneStep(step, verdicts) {
  const stage = step.tool.startsWith("submit_") ? step.tool.slice(7) : null, found = stage && verdicts.get(stage);
  return el("div", {}, el("h4", {}, step.tool), el("p", { class: "small" }, "The agent sent"), el("pre", { tabindex: 0 }, step.sent),
    step.message ? [el("p", { class: "small" }, "The platform answered"), el("pre", { tabindex: 0 }, step.message)] : null,
    step.shown ? [el("p", { class: "small" }, "The tool showed"), el("pre", { tabindex: 0 }, step.shown)] : null,
    found ? el("p", {}, el("b", { class: found.passed ? "good" : "bad" }, found.passed ? "Passed. " : "Failed. "), found.reason, el("span", { class: "small" }, ` (${found.rule_id}; the agent saw no verdict)`)) : null,
    found && found.used ? [el("p", { class: "small" }, "Used instead, by do(c*)"), el("pre", { tabindex: 0 }, found.used)] : null);
}

function verdict(item, told) {
  const facts = Object.entries(told.facts).filter(([, value]) => value !== null && value !== undefined);
  return el("div", {}, told.verdicts.length ? table("Verdicts in order", ["stage", "verdict", "rule", "reason"], told.verdicts.map((found) =>
    [found.stage, el("span", { class: found.passed ? "good" : "bad" }, found.passed ? "passed" : "failed"), found.rule_id, found.reason])) : el("p", {}, "This episode has no score: nothing was judged."),
  facts.length ? table("Recorded facts", ["fact", "value"], facts.map(([name, value]) => [words(name), typeof value === "number" ? +value.toPrecision(4) : value === true ? "yes" : value === false ? "no" : value])) : null,
  told.stated.length ? table("What it said of the policy, and did", ["question", "said", "policy", "did"], told.stated.map((found) => [words(found.question), found.stated ?? "unclear", found.right, found.acted ?? "–"])) : null);
}
