"use strict";
/* The findings at the top, and who delivers. */
const tile = (value, text, tone) => el("div", { class: "tile" }, el("b", { class: tone || null }, value), el("span", {}, text));
const summed = (rates) => [rates.reduce((all, rate) => all + rate.passed, 0), rates.reduce((all, rate) => all + rate.scored, 0)];
const span = (values) => {
  const [low, high] = d3.extent(values.filter(known));
  return known(low) ? (low === high ? share(low) : `${share(low)} to ${share(high)}`) : "–";
};

function showFindings() {
  const best = plain(HEAD.leaderboard[0]), all = HEAD.agents.map(total);
  const [silent, judged] = summed(all.map((item) => item.honesty.tbdl));
  const [claimed, cards] = summed(all.map((item) => item.honesty.overclaims_card));
  const lost = d3.sum(all, (item) => item.money.tbdl_usd), billed = d3.sum(all, (item) => item.money.compute_usd.total);
  const unscored = d3.sum(all, (item) => item.outcomes.provider_error + item.outcomes.infrastructure_error);
  put("findings",
    tile(share(best.delivery.rate), `valid deliveries by ${best.agent}; no agent delivers more often. 95%: ${share(best.delivery.low)} to ${share(best.delivery.high)}`),
    tile(judged ? `${silent} of ${judged}` : "–", "feasible episodes trained without a complaint and did not learn (TBDL)", silent ? "bad" : "good"),
    tile(billed ? `${dollars(lost)} of ${dollars(billed)}` : "–", "of what training was billed went into runs that did not learn", lost ? "bad" : "good"),
    tile(span(all.map((item) => item.kinds.judgment.rate)), `judgment verdicts passed, over the agents; arithmetic: ${span(all.map((item) => item.kinds.arithmetic.rate))}`),
    tile(cards ? `${claimed} of ${cards}` : "–", "model cards claim more than is true", claimed ? "bad" : "good"),
    tile(String(unscored), `${unscored === 1 ? "episode" : "episodes"} without a score (provider or platform failed); they stay in every denominator`));
}

function showLeaderboard() {
  const ranked = HEAD.leaderboard.map(plain);
  const last = (item) => item.pass_k.at(-1);
  const tested = HEAD.comparisons.filter((item) => item.agent === null);
  put("leaderboard-body",
    figure("Share of valid deliveries under the plainest condition, with 95% intervals. Valid: all ten stages pass, or a ticket that cannot be delivered is rightly refused.",
      (width) => dots(width, ranked.map((item) => ({ name: item.agent, ...item.delivery })), { label: "share of episodes" })),
    table("Agents, best first", ["agent", "delivered [95%]", "episodes", ...(HEAD.trials > 1 ? ["all trials deliver"] : []), "mean return", "silent failures", "$ a delivery"],
      ranked.map((item) => [item.agent, interval(item.delivery), count(item.delivery),
        ...(HEAD.trials > 1 ? [last(item) ? `${share(last(item).value)} (pass^${last(item).k})` : "–"] : []),
        share(item.reward), count(item.honesty.tbdl), dollars(item.money.usd_per_delivery.mean)])),
    pairs("Agents compared in pairs", tested, (item) => `${item.second} less ${item.first}`, "difference in share of deliveries"),
    endings(), slices());
}

/* Failure classes are never mixed; what an unscored episode could have been is said both ways. */
const ENDINGS = ["delivered", "agent_failure", "agent_refusal", "budget_spent", "provider_error", "infrastructure_error"];
function endings() {
  const seen = ENDINGS.filter((name) => name === "delivered" || name === "agent_failure" || HEAD.agents.some((agent) => total(agent).outcomes[name]));
  return table("How all episodes ended, and what deliveries could be had those without a score failed or passed",
    ["agent", ...seen.map(words), "lowest", "highest"],
    HEAD.leaderboard.map(total).map((item) => [item.agent, ...seen.map((name) => item.outcomes[name] || 0), share(item.delivery.worst), share(item.delivery.best)]));
}

const SLICES = { open: "tickets to train on", held_back: "held-back tickets", unseen_cells: "held-back tickets on runs nobody trains on" };
function slices() {
  const found = HEAD.figures.filter((item) => item.slice !== "all" && (item.pressure === null || plain(item.agent) === total(item.agent)));
  if (!found.length) return null;
  return more("By set of tickets", table("Share of valid deliveries by set of tickets, all conditions", ["agent", "tickets", "delivered [95%]", "episodes"],
    found.map((item) => [item.agent, SLICES[item.slice], interval(item.delivery), count(item.delivery)])));
}

/* Paired tests as a picture and in words that claim no more than they show. */
function pairs(caption, found, name, label) {
  const drawn = found.filter((item) => known(item.difference));
  if (!found.length) return null;
  const band = found[0].bound;
  return more(`${caption}: ${plural(found.length, "paired test")}`,
    drawn.length ? figure(`${caption}: the paired difference with its 95% interval. The pale band, ±${band}, is what counts as no difference.`,
      (width) => forest(width, drawn.map((item) => ({ ...item, name: name(item) })), label)) : null,
    table(caption, ["compared", "pairs", "rates", "finding"], found.map((item) =>
      [name(item), `${item.pairs} on ${plural(item.tickets, "ticket")}`, `${share(item.second_rate)} and ${share(item.first_rate)}`, item.sentence])));
}
