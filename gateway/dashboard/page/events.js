// The page of events.

import { h } from "./dom.js";
import { known } from "./state.js";
import { clock, exact, kinds, phrase } from "./words.js";

let kind = "all";

export const eventRows = (all) => (all.length ? all.map((e) => row(e)) : h("p.empty.small", {}, "Nothing has happened yet."));

function row(e, wide) {
  const { who, text, tone } = phrase(e), at = new Date(e.at || e.heard);
  return h("div.event", { "data-key": e.key },
    h("time", { datetime: at.toISOString(), title: clock(at) }, exact(at)),
    h("div.new", {}, h("strong", {}, who), " ", h("span", { class: tone || "soft" }, text)),
    wide && h("span.kind", {}, e.provider && `${e.provider} · `, e.event));
}

export function view(refresh, draw) {
  const all = known.events.filter((e) => kind === "all" || kinds[kind].includes(e.event));
  return [h("div.head", {}, h("h1", {}, "Events"), h("span.grow"),
    h("div.seg", { role: "group", "aria-label": "Which events" }, ["all", ...Object.keys(kinds)].map((each) =>
      h("button", { type: "button", "aria-pressed": String(kind === each), onclick: () => ((kind = each), draw()) }, each)))),
    all.length === 0
      ? h("div.card.empty", {}, h("h2", {}, known.events.length ? "No such event yet." : "Nothing has happened yet."),
        h("p", {}, "Events show here as they happen: limits, new tokens, logins that need their owner, requests that moved to another account."))
      : h("div.card.wide", { role: "log", "aria-live": "off", "aria-label": "Events, the latest first" }, all.map((e) => row(e, true)))];
}
