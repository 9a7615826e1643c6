// The page of accounts: pools, each account's state and quota, and what is done to it.

import { h, say } from "./dom.js";
import { change } from "./api.js";
import { known, account as find } from "./state.js";
import { count, now, number, providerWord, stateWord, when } from "./words.js";
import { addAccount, logInAgain } from "./login.js";
import { eventRows } from "./events.js";
import { details } from "./details.js";
import { chooseStrategy } from "./strategy.js";

export { drawn } from "./details.js";

// From how many accounts on there is a filter, and how many of a pool show at once.
const many = 12, most = 200;

let filter = "";

export function view(refresh, draw) {
  if (known.accounts.length === 0) return [heading(refresh, draw), none(refresh)];
  return [heading(refresh, draw),
    h("div.tiles", {}, known.pools.filter((p) => p.accounts > 0).map((p) => tile(p, refresh))),
    h("div.split", {},
      h("div", {}, known.pools.filter((p) => p.accounts > 0).map((p) => poolOf(p, refresh))),
      h("aside.card.live", { "aria-label": "Live events" },
        h("h2", {}, "What happens", h("a", { href: "#events" }, "All events")),
        h("div.rows", { tabindex: "0", role: "region", "aria-label": "The latest events" }, eventRows(known.events.filter((e) => e.event !== "usage_updated").slice(0, 40)))))];
}

const heading = (refresh, draw) => h("div.head", {}, h("h1", {}, "Accounts"), h("span.grow"),
  known.accounts.length >= many && h("input", { type: "search", "data-key": "filter", "aria-label": "Filter the accounts", placeholder: "filter",
    oninput: (event) => ((filter = event.target.value.trim().toLowerCase()), draw()) }),
  known.accounts.length > 0 && h("button.main", { type: "button", onclick: () => addAccount(refresh) }, "Add account"));

const none = (refresh) => h("div.card.empty", {}, h("h2", {}, "There are no accounts yet."),
  h("p", {}, "Log in to a provider, or bring an API key. ", h("span.code", {}, "multiaccount import"),
    " takes in the logins of OpenCode, Codex and Claude Code on the gateway's machine."),
  h("button.main", { type: "button", onclick: () => addAccount(refresh) }, "Add account"));

function tile(p, refresh) {
  const rest = [p.limited && `${p.limited} cooling`, p.needs_owner && `${count(p.needs_owner, "needs its owner", "need their owner")}`].filter(Boolean);
  const free = p.retry_at && h("p.warn", {}, `all limited; the first is free ${when(new Date(p.retry_at))}`);
  const stuck = p.ready + p.limited === 0 && p.needs_owner > 0 && h("p.bad", {}, "none can serve until its owner logs in again");
  const pinned = p.pinned && h("p.warn", {}, `pinned to ${find(p.pinned)?.label || p.pinned}`);
  return h("section.card.tile", { "data-key": p.provider, "aria-label": `${providerWord(p.provider)} pool` },
    h("h2", {}, providerWord(p.provider)),
    h("div.big.num", {}, `${p.ready} of ${p.accounts} ready`), rest.length > 0 && h("p", {}, rest.join(" · ")), free, stuck, pinned,
    p.strategy && h("p", {}, "strategy ", h("button.inline", { type: "button", "aria-label": `Strategy of ${providerWord(p.provider)}: ${p.strategy}`, onclick: () => chooseStrategy(p, refresh) }, p.strategy)));
}

function poolOf(p, refresh) {
  const all = known.accounts.filter((a) => a.provider === p.provider), shown = all.filter(has);
  return h("section.pool", { "data-key": p.provider, "aria-label": `${providerWord(p.provider)} accounts` },
    h("div.pool-head", {}, h("h2", {}, providerWord(p.provider)), h("span.small.soft", {}, count(all.length, "account", "accounts")), h("span.grow"),
      all.some(isAsked) && h("button.quiet.small", { type: "button", "aria-label": `Refresh the quotas of ${providerWord(p.provider)}`, onclick: () => askAll(all.filter(isAsked), refresh) }, "Refresh quotas")),
    shown.length === 0 ? h("p.card.empty.small", {}, `No account has “${filter}” in its name, e-mail, plan, id or state.`)
      : h("ul.card.accounts", {}, shown.slice(0, most).map((a) => row(a, refresh))),
    shown.length > most && h("p.small.soft.more", {}, `${number(shown.length - most)} more do not show; filter them, or see `, h("code", {}, "multiaccount accounts list")));
}

// has reports whether an account has the filter's text in what it is known by.
const has = (a) => [a.label, a.email, a.plan, a.id, a.state].some((text) => text.toLowerCase().includes(filter));

function row(a, refresh) {
  return h("li.account", { "data-key": a.id, class: a.state }, who(a, refresh), quotas(a), acts(a, refresh));
}

function who(a, refresh) {
  const more = [a.plan, a.kind === "api_key" && "API key", a.email !== a.label && a.email, a.in_flight > 0 && `${number(a.in_flight)} in flight`];
  return h("div.who", {}, h("span.dot", { "aria-hidden": "true" }),
    h("h3", {}, h("button.name", { type: "button", onclick: () => details(a.id, refresh), "aria-label": `${a.label}: details` }, a.label)),
    h("p.state", {}, h("b", {}, stateWord(a.state)), free(a), a.pinned && h("span.tag", {}, "pinned"),
      a.claimed && h("span.tag.plain", {}, "in use elsewhere"), ...more.filter(Boolean).map((text) => h("span", {}, text))),
    a.reason && h("p.why", {}, a.reason));
}

export const free = (a) => a.state === "cooling" && a.cooldown_until && h("span.warn", {}, `free ${when(new Date(a.cooldown_until))}`);

export function quotas(a) {
  const all = a.usage.filter((w) => !w.reset_at || new Date(w.reset_at) > now());
  if (all.length === 0) return h("div.quotas", {}, h("p.small.soft", {}, "no quota figures are known"));
  return h("div.quotas", {}, all.map((w) => quota(a, w)));
}

function quota(a, w) {
  const used = Math.round(w.utilization_percent), level = used >= 95 ? "full" : used >= 75 ? "high" : "";
  const ends = w.reset_at && `resets ${when(new Date(w.reset_at))}`;
  return h("div.quota", { "data-key": w.name, class: level },
    h("span", {}, w.name),
    h("div.track", { role: "meter", "aria-label": `${w.name} quota of ${a.label}`, "aria-valuemin": "0", "aria-valuemax": "100",
      "aria-valuenow": String(Math.min(100, used)), "aria-valuetext": `${used} % used${ends ? ", " + ends : ""}` },
      h("div.fill", { width: `${Math.min(100, used)}%` })),
    h("span.num", {}, `${used} %`), ends && h("span.ends.num", {}, ends));
}

const isOwners = (a) => a.needs_owner || a.state === "reauth" || a.state === "login_lost";

function acts(a, refresh) {
  return h("div.acts", {},
    isOwners(a) && a.enabled && h("button.main", { type: "button", "data-key": "again", onclick: () => logInAgain(a, refresh), "aria-label": `Log in again: ${a.label}` },
      a.kind === "api_key" ? "Replace key" : "Log in again"),
    h("button", { type: "button", "data-key": "toggle", onclick: () => act(a, a.enabled ? "disable" : "enable", refresh), "aria-label": `${a.enabled ? "Disable" : "Enable"} ${a.label}` },
      a.enabled ? "Disable" : "Enable"),
    h("button", { type: "button", "data-key": "pin", onclick: () => act(a, a.pinned ? "unpin" : "pin", refresh), "aria-label": `${a.pinned ? "Unpin" : "Pin"} ${a.label}` },
      a.pinned ? "Unpin" : "Pin"));
}

const done = {
  enable: "enabled", disable: "disabled", pin: "pinned", unpin: "unpinned", reset: "forgot the limits of", refresh: "refreshed", "refresh-usage": "asked for the quota of", adopt: "adopted",
};

const isAsked = (a) => a.enabled && a.kind === "oauth" && !a.needs_owner;

// askAll asks a provider for the quotas of its accounts.
async function askAll(all, refresh) {
  let failed = 0;
  for (const a of all) await change("POST", `/accounts/${a.id}/refresh-usage`).catch(() => failed++);
  say(`asked for the quota of ${count(all.length, "account", "accounts")}${failed ? `; ${number(failed)} could not be asked` : ""}`, failed > 0);
  await refresh();
}

// act changes an account, and tells how it went.
export async function act(a, verb, refresh) {
  try {
    await change("POST", `/accounts/${a.id}/${verb}`);
    say(`${done[verb]} ${a.label}`);
  } catch (error) {
    say(error.message, true);
  }
  await refresh();
}
