// The page of accounts: pools, each account's state and quota, and what is done to it.

import { h, say, show } from "./dom.js";
import { change, get } from "./api.js";
import { known, account as find } from "./state.js";
import { ago, count, number, providerWord, stateWord, when } from "./words.js";
import { confirm, field, form, open } from "./dialogs.js";
import { addAccount, logInAgain } from "./login.js";
import { eventRows } from "./events.js";
import { explained } from "./decisions.js";

// From how many accounts on there is a filter, and how many of a pool show at once.
const many = 12, most = 200;

let filter = "";

export function view(refresh, draw) {
  if (known.accounts.length === 0) return [heading(refresh, draw), none(refresh)];
  return [heading(refresh, draw),
    h("div.tiles", {}, known.pools.filter((p) => p.accounts > 0).map(tile)),
    h("div.split", {},
      h("div", {}, known.pools.filter((p) => p.accounts > 0).map((p) => poolOf(p, refresh))),
      h("aside.card.live", { "aria-label": "Live events" },
        h("h2", {}, "What happens", h("a", { href: "#events" }, "All events")),
        h("div.rows", { tabindex: "0", role: "region", "aria-label": "The latest events" }, eventRows(known.events.filter((e) => e.event !== "usage_updated").slice(0, 40)))))];
}

const heading = (refresh, draw) => h("div.head", {}, h("h1", {}, "Accounts"), h("span.grow"),
  known.accounts.length >= many && h("input", { type: "search", "data-key": "filter", "aria-label": "Filter the accounts", placeholder: "filter",
    oninput: (event) => ((filter = event.target.value.trim().toLowerCase()), draw()) }),
  h("button.main", { type: "button", onclick: () => addAccount(refresh) }, "Add account"));

const none = (refresh) => h("div.card.empty", {}, h("h2", {}, "There are no accounts yet."),
  h("p", {}, "Log in to a provider, or bring an API key. ", h("span.code", {}, "multiaccount import"),
    " takes in the logins of OpenCode, Codex and Claude Code on the gateway's machine."),
  h("button.main", { type: "button", onclick: () => addAccount(refresh) }, "Add account"));

function tile(p) {
  const rest = [p.limited && `${p.limited} cooling`, p.needs_owner && `${count(p.needs_owner, "needs its owner", "need their owner")}`, p.strategy].filter(Boolean);
  const free = p.ready === 0 && p.retry_at && h("p.warn", {}, `all limited; the first is free ${when(new Date(p.retry_at))}`);
  const pinned = p.pinned && h("p.warn", {}, `pinned to ${find(p.pinned)?.label || p.pinned}`);
  return h("section.card.tile", { "data-key": p.provider, "aria-label": `${providerWord(p.provider)} pool` },
    h("h2", {}, providerWord(p.provider)),
    h("div.big.num", {}, `${p.ready} of ${p.accounts} ready`), h("p", {}, rest.join(" · ")), free, pinned);
}

function poolOf(p, refresh) {
  const all = known.accounts.filter((a) => a.provider === p.provider), shown = all.filter(has);
  return h("section.pool", { "data-key": p.provider, "aria-label": `${providerWord(p.provider)} accounts` },
    h("h2", {}, providerWord(p.provider), h("span", {}, count(all.length, "account", "accounts"))),
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
      a.claimed && h("span.tag.plain", {}, "in use"), ...more.filter(Boolean).map((text) => h("span", {}, text))),
    a.reason && h("p.why", {}, a.reason));
}

const free = (a) => a.state === "cooling" && a.cooldown_until && h("span.warn", {}, `free ${when(new Date(a.cooldown_until))}`);

function quotas(a) {
  const all = a.usage.filter((w) => !w.reset_at || new Date(w.reset_at) > Date.now());
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

// act changes an account, and tells how it went.
async function act(a, verb, refresh) {
  try {
    await change("POST", `/accounts/${a.id}/${verb}`);
    say(`${done[verb]} ${a.label}`);
  } catch (error) {
    say(error.message, true);
  }
  await refresh();
}

let redraw = () => {};

// drawn keeps the details that are open up to date.
export const drawn = () => redraw();

// details shows all that is known of an account, and all that can be done to it.
function details(id, refresh) {
  const place = h("div.stack"), decisions = h("div", {}, h("p.soft", {}, "looking …"));
  const box = open(find(id)?.label || "Account", [place, h("section", { "aria-label": "Decisions" }, h("h3", {}, "Latest decisions about it"), decisions)], { wide: true, closed: () => (redraw = () => {}) });
  redraw = () => {
    const a = find(id);
    if (!a) return box.close();
    box.title(a.label);
    show(place, facts(a), quotas(a), commands(a, box, refresh));
  };
  redraw();
  latest(id, decisions);
}

async function latest(id, place) {
  const a = find(id);
  try {
    const all = await get(`/decisions?provider=${encodeURIComponent(a.provider)}&account=${encodeURIComponent(id)}&limit=5`);
    place.replaceChildren(...(all.length ? all.map(explained) : [h("p.soft", {}, "no request was decided on it yet")]));
  } catch (error) {
    place.replaceChildren(h("p.wrong", {}, error.message));
  }
}

function facts(a) {
  const fact = (name, text) => text && h("div", {}, h("dt", {}, name), h("dd", {}, text));
  const ends = a.expires_at && new Date(a.expires_at), used = a.last_used_at && new Date(a.last_used_at);
  return h("div.stack", {}, h("p", { class: a.state }, h("span.state", {}, h("b", {}, stateWord(a.state)), free(a), a.pinned && h("span.tag", {}, "pinned"))),
    a.reason && h("p.soft", {}, a.reason),
    h("dl.facts", {}, fact("provider", providerWord(a.provider)), fact("e-mail", a.email), fact("plan", a.plan),
      fact("kind", a.kind === "api_key" ? "API key" : a.kind && "login"),
      fact("token", ends && (ends > Date.now() ? `ends ${when(ends)}` : `ended ${ago(ends)}`)), fact("last used", used && ago(used)),
      fact("in flight", a.in_flight > 0 && `${a.in_flight}${a.max_in_flight ? ` of ${a.max_in_flight}` : ""}`),
      fact("failed logins", a.failures > 0 && number(a.failures)), fact("priority", a.priority !== 0 && String(a.priority)),
      fact("weight", a.weight > 1 && String(a.weight)), fact("linked to", a.linked_to), fact("id", h("span.code", {}, a.id))));
}

function commands(a, box, refresh) {
  const button = (text, verb) => h("button", { type: "button", "data-key": text, onclick: () => act(a, verb, refresh) }, text);
  const isKey = a.kind === "api_key";
  return h("div.buttons.left", {},
    button(a.enabled ? "Disable" : "Enable", a.enabled ? "disable" : "enable"), button(a.pinned ? "Unpin" : "Pin", a.pinned ? "unpin" : "pin"),
    button("Reset limits", "reset"), button("Refresh quota", "refresh-usage"), !isKey && button("Refresh token", "refresh"),
    a.linked_to && button("Adopt", "adopt"),
    h("button", { type: "button", onclick: () => (box.close(), logInAgain(a, refresh)) }, isKey ? "Replace key" : "Log in again"),
    h("button", { type: "button", onclick: () => rename(a, refresh) }, "Rename"),
    h("button.danger", { type: "button", onclick: () => remove(a, refresh) }, "Remove"));
}

function rename(a, refresh) {
  const label = h("input", { type: "text", value: a.label, maxlength: "100", autofocus: true });
  const box = open(`Rename ${a.label}`, form([field("Name", label, "Empty shows its e-mail.")], "Rename", async () => {
    await change("PATCH", `/accounts/${a.id}`, { label: label.value.trim() });
    box.close();
    say(`renamed ${a.label}`);
    await refresh();
  }));
}

const remove = (a, refresh) => confirm(`Remove ${a.label} of ${providerWord(a.provider)}?`,
  "Its login is deleted from the gateway's machine and cannot be brought back.", "Remove", async () => {
    await change("DELETE", `/accounts/${a.id}`);
    say(`removed ${a.label}`);
    await refresh();
  });
