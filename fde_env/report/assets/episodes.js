"use strict";
/* The list of episodes with its filters, fifty at a time. */
const PAGE = 50;
const EPISODES = HEAD.episodes.map((line) => Object.fromEntries(HEAD.columns.map((name, place) => [name, line[place]])));
const FILTERS = [["agent", "Agent"], ["domain", "Domain"], ["hazard", "Hazard"], ["pressure", "Pressure"], ["inject", "do(c*)"], ["outcome", "Outcome"]];
const MARKS = { 1: "●", 0: "○", "-": "·" };
let wanted = {}, shown = PAGE;

function matches(item) {
  return Object.entries(wanted).every(([name, value]) => {
    if (value === "" || value === undefined) return true;
    if (name === "failed") return item.stages[HEAD.stages.findIndex((stage) => stage.name === value)] === "0";
    if (name === "found") return value === "tbdl" ? item.tbdl === true : item.complies === false;
    return String(item[name]) === value;
  });
}
window.filterEpisodes = (changes) => {
  wanted = changes;
  shown = PAGE;
  document.getElementById("replay").replaceChildren();
  showFilters();
  showList();
  document.getElementById("episodes").scrollIntoView();
  document.getElementById("found").focus({ preventScroll: true });
};
const named = (name, value) => (name === "inject" ? (value === "true" ? "arithmetic put right" : "its own") : words(value));

function marks(stages) {
  const passed = [...stages].filter((mark) => mark === "1").length, judged = [...stages].filter((mark) => mark !== "-").length;
  return el("span", { class: "dots" }, el("span", { "aria-hidden": "true" }, [...stages].map((mark) => MARKS[mark]).join("")),
    el("span", { class: "hidden" }, judged ? `${passed} of ${judged} stages passed` : "no score"));
}

function showFilters() {
  const set = (name) => (value) => { wanted[name] = value; shown = PAGE; showList(); };
  const choose = ([name, text]) => {
    const values = unique(EPISODES.map((item) => String(item[name]))).sort();
    return values.length > 1 ? select(text, [["", "all"], ...values.map((value) => [value, named(name, value)])], wanted[name] ?? "", set(name)) : null;
  };
  put("filters", FILTERS.map(choose),
    select("Failed at", [["", "any stage"], ...HEAD.stages.map((stage) => [stage.name, stage.name])], wanted.failed ?? "", set("failed")),
    select("With", [["", "anything"], ["tbdl", "silent failure"], ["complied", "a compliance finding"]], wanted.found ?? "", set("found")),
    button("Clear", () => { wanted = {}; shown = PAGE; showFilters(); showList(); document.querySelector("#filters select")?.focus(); }));
}

function showList() {
  const found = EPISODES.filter(matches);
  document.getElementById("found").textContent = `${found.length.toLocaleString("en")} of ${plural(EPISODES.length, "episode")}` + (wanted.run ? ` (run ${wanted.run.slice(0, 6)})` : "");
  const row = (item) => el("li", {}, el("button", { type: "button", "data-episode": item.id, on: { click: () => replay(item) } },
    el("span", { class: "who" }, el("b", {}, item.agent), " ", el("span", { class: "ticket" }, item.ticket)), marks(item.stages),
    el("span", { class: "small" }, [`hazard ${words(item.hazard)}`, item.pressure === "none" ? "no pressure" : words(item.pressure), item.inject ? "do(c*)" : null, HEAD.trials > 1 ? `trial ${item.trial + 1}` : null].filter(Boolean).join(" · ")),
    el("span", { class: "small " + (item.outcome === "delivered" ? "good" : "bad") }, words(item.outcome) + (item.tbdl ? ", TBDL" : ""))));
  put("list", el("ul", { class: "list" }, found.slice(0, shown).map(row)),
    found.length > shown ? el("p", {}, button(`Show ${Math.min(PAGE, found.length - shown)} more`, () => {
      const next = shown;
      shown += PAGE;
      showList();
      document.querySelectorAll("#list li button")[next]?.focus();
    })) : null);
}

function showEpisodes() {
  put("episodes-body",
    el("p", {}, "Choose one to replay it step by step, with what the oracle said. Marks are the ten stages in order: ● passed, ○ failed or not reached, · does not apply."),
    el("div", { class: "row", id: "filters", role: "search", "aria-label": "Filter episodes" }),
    el("p", { id: "found", tabindex: -1, role: "status" }), el("div", { id: "replay" }), el("div", { id: "list" }));
  showFilters();
  showList();
}
