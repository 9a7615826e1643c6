// The page of what was used: tokens and requests over time, and the sums.

import { h } from "./dom.js";
import { get } from "./api.js";
import { known } from "./state.js";
import { brief, money, number, providerWord, seconds } from "./words.js";
import { chart, colour } from "./chart.js";

const ranges = {
  hour: { word: "1 hour", since: "1h", step: "1m" },
  day: { word: "24 hours", since: "24h", step: "1h" },
  week: { word: "7 days", since: "7d", step: "1h" },
  month: { word: "30 days", since: "30d", step: "1d" },
};
const groups = ["account", "client", "model", "provider"];

let range = "day", by = "account", series = null, sums = null, asked = 0;

export async function load() {
  const { since, step } = ranges[range], mine = ++asked;
  const [a, b] = await Promise.all([get(`/usage/series?by=${by}&step=${step}&since=${since}`), get(`/usage?by=${by}&since=${since}`)]);
  if (mine === asked) [series, sums] = [a, b];
}

export function view(refresh, draw) {
  const pick = async (change) => (change(), draw(), await refresh());
  const seg = (label, all, now, word, set) => h("div.seg", { role: "group", "aria-label": label }, all.map((each) =>
    h("button", { type: "button", "aria-pressed": String(now === each), onclick: () => pick(() => set(each)) }, word(each))));
  return [h("div.head", {}, h("h1", {}, "Usage"), h("span.grow"),
    seg("By what", groups, by, (g) => [h("span.by", {}, "by "), g], (g) => (by = g)), seg("How long", Object.keys(ranges), range, (r) => ranges[r].word, (r) => (range = r))), body()];
}

const nameOf = (line) => line.label || (line.key === "~other" ? "others" : by === "provider" ? providerWord(line.key) : line.key) || "unknown";

function body() {
  const lost = known.health && !known.health.recording && h("div.card.empty", {}, h("h2", {}, "What is used is not recorded."),
    h("p", {}, "The gateway cannot write its file of records. If the disk is full, make room. If the gateway's output says that the file cannot be used, mend that, and start it again."));
  if (!series) return lost || h("p.soft", {}, "looking …");
  if (sums.total.requests === 0) {
    return lost || h("div.card.empty", {}, h("h2", {}, "Nothing was used in this time."),
      h("p", {}, "Give a client its token and send it to ", h("span.code", {}, location.origin), ", or choose a longer time."));
  }
  const sorted = [...series.lines].sort((a, b) => total(b) - total(a));
  const lines = sorted.map((l) => ({ name: nameOf(l), tokens: l.input_tokens.map((n, i) => n + l.output_tokens[i]), requests: l.requests, cost: l.cost || l.requests.map(() => 0) }));
  return h("div.stack", {}, lost || [], h("div.charts", {}, plot("Tokens", lines, "tokens", brief(sums.total.input_tokens + sums.total.output_tokens)), plot("Requests", lines, "requests", brief(sums.total.requests)),
    hasCosts() && plot("Cost", lines, "cost", costOf(sums.total))), table(), unpriced());
}

const hasCosts = () => sums.total.cost !== undefined;
const costOf = (r) => (r.unpriced_models && !r.cost ? "no price" : `${money(r.cost, sums.currency)}${r.unpriced_models ? " and more" : ""}`);

// unpriced names the models that the costs leave out.
const unpriced = () => sums.total.unpriced_models && h("p.small.soft", {}, `The settings have no price for ${sums.total.unpriced_models.map((m) => m || "requests without a model").join(", ")}: their cost is not part of these.`);

const total = (l) => l.input_tokens.reduce((a, b) => a + b, 0) + l.output_tokens.reduce((a, b) => a + b, 0);

function plot(title, lines, what, sum) {
  const word = `${title} ${ranges[range].word === "1 hour" ? "in the last hour" : `in the last ${ranges[range].word}`}, by ${by}`;
  return h("section.card.chart", { "data-key": what, "aria-label": title },
    h("h2", {}, title, h("span.num", {}, `${sum} in ${ranges[range].word}`)),
    h("div.plot", { "data-own": true, "data-chart": what, role: "img", "aria-label": `${word}. The table below has the sums.` }),
    h("ul.keys", {}, lines.map((l, i) => h("li", {}, h("i", { class: colour(i) }), l.name))), marker(what, { ...amounts(what), times: series.times, step: series.times.length > 1 ? series.times[1] - series.times[0] : 60, lines: lines.map((l) => ({ name: l.name, values: l[what] })) }));
}

// amounts say how a chart writes what it shows, and how high it is at least.
const amounts = (what) => (what === "cost" ? { least: 0.01, tick: (t) => String(+t.toFixed(4)), write: (n) => money(n, sums.currency) }
  : { least: 4, tick: (t) => (Number.isInteger(t) ? brief(t) : ""), write: number });

const plots = new Map();
const marker = (what, data) => (plots.set(what, data), null);

// drawn draws the charts into their places, once those are on the page.
export function drawn(place) {
  for (const at of place.querySelectorAll("[data-chart]")) chart(at, plots.get(at.dataset.chart), range);
}

function table() {
  const rows = [...sums.rows].sort((a, b) => b.input_tokens + b.output_tokens - a.input_tokens - a.output_tokens);
  const cells = (r) => [number(r.requests), r.failed ? number(r.failed) : "", brief(r.input_tokens), brief(r.cached_tokens), brief(r.output_tokens), seconds(r.latency_ms), seconds(r.first_byte_ms), ...(hasCosts() ? [costOf(r)] : [])]
    .map((text) => h("td.right", {}, text));
  return h("div.card.scroll", { tabindex: "0", role: "region", "aria-label": `What was used, by ${by}` }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, by[0].toUpperCase() + by.slice(1)),
      ["Requests", "Failed", "Input", "Cached", "Output", "Latency", "First byte", ...(hasCosts() ? ["Cost"] : [])].map((t) => h("th.right", { scope: "col" }, t)))),
    h("tbody", {}, rows.map((r) => h("tr", { "data-key": r.key }, h("th", { scope: "row" }, nameOf(r)), cells(r)))),
    h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "All"), cells(sums.total)))));
}
