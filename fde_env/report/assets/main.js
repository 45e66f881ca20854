"use strict";
/* Put the page together; a section that breaks leaves the others standing. */
function start() {
  const scored = `${HEAD.played} of ${HEAD.planned} episodes`;
  document.getElementById("lead").textContent = `${HEAD.agents.length} ${HEAD.agents.length === 1 ? "agent" : "agents"} in the seat of a forward-deployed engineer, ${HEAD.tickets} tickets, ${HEAD.trials} ${HEAD.trials === 1 ? "trial" : "trials"} each: ${scored}. An oracle that never reads the model judged all ten stages.`;
  const warnings = [HEAD.complete ? null : "Episodes are missing: these figures are of a part.", HEAD.smoke ? "Smoke-size tickets are among them: these figures do not rank." : null].filter(Boolean);
  const warning = document.getElementById("warning");
  warning.hidden = !warnings.length;
  warning.textContent = warnings.join(" ");
  document.getElementById("made").textContent = `${HEAD.environment}, fde-env ${HEAD.package}, suite ${HEAD.suite}. Intervals are 95% unless they say otherwise; trials of one ticket count as what they are worth. This file loads nothing from anywhere. Charts: Observable Plot and D3 (ISC licence).`;
  for (const show of [showLeaderboard, showPipeline, showDashboard, showPressure, showJudgment, showStudy, showEpisodes]) {
    try { show(); } catch (error) { console.error(show.name, error); }
  }
  document.documentElement.dataset.ready = "yes";
}
start();
