"use strict";
/* Put the page together; a section that breaks leaves the others standing. */
function start() {
  const played = HEAD.played === HEAD.planned ? plural(HEAD.played, "episode") : `${HEAD.played} of ${plural(HEAD.planned, "episode")}`;
  document.getElementById("lead").textContent =
    `${plural(HEAD.agents.length, "agent")} in the seat of a forward-deployed engineer, ${plural(HEAD.tickets, "ticket")}, ` +
    `${plural(HEAD.trials, "trial")} each: ${played}. An oracle that never reads the model judged all ten stages.`;
  const warnings = [HEAD.complete ? null : "Episodes are missing: these figures are of a part.", HEAD.smoke ? "Smoke-size tickets are among them: these figures do not rank." : null].filter(Boolean);
  const warning = document.getElementById("warning");
  warning.hidden = !warnings.length;
  warning.textContent = warnings.join(" ");
  document.getElementById("made").textContent =
    `${HEAD.environment}, fde-env ${HEAD.package}, suite ${HEAD.suite}. Intervals are 95% unless they say otherwise; trials of one ticket count as what they are worth. ` +
    "This file loads nothing from anywhere. Charts: Observable Plot and D3 (ISC licence).";
  const shows = [showFindings, showLeaderboard, showStages, showDashboard, showPressure, showJudgment, showConduct, showStudy, showEpisodes];
  for (const show of shows) {
    try { show(); } catch (error) { console.error(show.name, error); }
  }
  here();
  openAddressed();
  document.documentElement.dataset.ready = "yes";
}

/* The link of the section that is being read is marked. */
function here() {
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const watcher = new IntersectionObserver((seen) => {
    for (const item of seen.filter((one) => one.isIntersecting)) {
      links.forEach((link, id) => (id === item.target.id ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    }
  }, { rootMargin: "-25% 0px -70% 0px" });
  document.querySelectorAll("main > section").forEach((section) => watcher.observe(section));
}
start();
