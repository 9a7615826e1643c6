// The page of decisions: which account served a request, and why.

import { h } from "./dom.js";
import { get } from "./api.js";
import { account as find, known } from "./state.js";
import { exact, providerWord, when } from "./words.js";

let latest = null, provider = "";
const texts = new Map(); // what was explained, by provider and id

export async function load() {
  latest = await get(`/decisions?limit=100${provider && `&provider=${encodeURIComponent(provider)}`}`);
}

export function view(refresh) {
  const choose = h("select", { onchange: async () => ((provider = choose.value), (latest = null), await refresh()) },
    h("option", { value: "" }, "all"), known.pools.map((p) => h("option", { value: p.provider }, providerWord(p.provider))));
  choose.value = provider;
  return [h("div.head", {}, h("h1", {}, "Decisions"), h("span.grow"), h("div.tools", {}, h("label", {}, "Provider", choose))), body()];
}

function body() {
  if (!latest) return h("p.soft", {}, "looking …");
  if (latest.length === 0) {
    return h("div.card.empty", {}, h("h2", {}, "No decision was made yet."),
      h("p", {}, "Each request that comes has an account picked for it. It shows here with the reason, once a client uses the gateway."));
  }
  return h("div.card", {}, latest.map(explained));
}

// explained is a decision that is explained when it is opened.
export function explained(d) {
  const key = `${d.provider} ${d.id}`, at = new Date(d.at);
  const about = [providerWord(d.provider), d.model, d.tried?.length && `attempt ${d.tried.length + 1}`, d.conversation && `conversation ${d.conversation.slice(0, 8)}`];
  const pick = d.chosen ? find(d.chosen)?.label || d.chosen : `no account: ${d.reason}`;
  const text = h("div.told", { "data-own": true }, texts.get(key) ? told(texts.get(key)) : h("p.soft", {}, "looking …"));
  return h("details.decision", { "data-key": key, ontoggle: (event) => event.target.open && explain(d, key, event.target.querySelector(".told")) },
    h("summary", {}, h("time", { datetime: d.at }, exact(at)),
      h("span.pick", {}, h("strong", { class: d.chosen ? "" : "bad" }, pick), h("span.about", {}, about.filter(Boolean).join(" · "))),
      h("span.out.num", { class: d.answer ? (ok(d.answer.status) ? "good" : "warn") : "soft" }, d.answer ? d.answer.status || d.answer.class : "")), text);
}

const ok = (status) => status >= 100 && status < 400;

async function explain(d, key, place) {
  try {
    const e = await get(`/decisions/${encodeURIComponent(d.provider)}/${encodeURIComponent(d.id)}`);
    texts.set(key, e);
    if (texts.size > 300) texts.delete(texts.keys().next().value);
    place.replaceChildren(...told(e));
  } catch (error) {
    place.replaceChildren(h("p.wrong", {}, error.message));
  }
}

const told = (e) => [
  h("p.soft", {}, e.circumstances),
  h("ul", {}, e.accounts.map((a) => h("li", {}, h("span", { class: a.chosen ? "chose" : "soft", "aria-hidden": "true" }, a.chosen ? "✓" : "·"),
    h("span", {}, h("strong", {}, a.label), a.chosen && h("span.unseen", {}, " (chosen)"), `: ${a.text}`)))),
  e.answer && h("p", {}, `→ ${e.answer}`),
  !e.decision.chosen && e.decision.retry_at && h("p.warn", {}, `the first is free ${when(new Date(e.decision.retry_at))}`),
].filter(Boolean);
