// The details of an account: all that is known of it, and all that can be done to it.

import { h, say, show } from "./dom.js";
import { change, get } from "./api.js";
import { account as find } from "./state.js";
import { ago, now, number, providerWord, stateWord, when } from "./words.js";
import { confirm, field, form, open } from "./dialogs.js";
import { act, free, quotas } from "./accounts.js";
import { logInAgain } from "./login.js";
import { explained } from "./decisions.js";

let redraw = () => {};

// drawn keeps the details that are open up to date.
export const drawn = () => redraw();

// details shows all that is known of an account, and all that can be done to it.
export function details(id, refresh) {
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
      fact("token", ends && (ends > now() ? `ends ${when(ends)}` : `ended ${ago(ends)}`)), fact("last used", used && ago(used)),
      fact("in flight", a.in_flight > 0 && `${a.in_flight}${a.max_in_flight ? ` of ${a.max_in_flight}` : ""}`),
      fact("failed logins", a.failures > 0 && number(a.failures)), fact("priority", a.priority !== 0 && String(a.priority)),
      fact("weight", a.weight > 1 && String(a.weight)), fact("spared from", a.soft_quota > 0 && `${a.soft_quota} % used`),
      fact("picked last", a.active && "yes, by its pool"), fact("used by", a.claimed && users(a)), fact("linked to", a.linked_to), fact("id", h("span.code", {}, a.id))));
}

const users = (a) => (a.used_by ? `${a.used_by.length > 1 ? "processes" : "process"} ${a.used_by.join(", ")}` : "another process");

function commands(a, box, refresh) {
  const button = (text, verb) => h("button", { type: "button", "data-key": text, onclick: () => act(a, verb, refresh) }, text);
  const isKey = a.kind === "api_key";
  return h("div.buttons.left", {},
    button(a.enabled ? "Disable" : "Enable", a.enabled ? "disable" : "enable"), button(a.pinned ? "Unpin" : "Pin", a.pinned ? "unpin" : "pin"),
    button("Reset limits", "reset"), button("Refresh quota", "refresh-usage"), !isKey && button("Refresh token", "refresh"),
    a.linked_to && button("Adopt", "adopt"),
    h("button", { type: "button", onclick: () => (box.close(), logInAgain(a, refresh)) }, isKey ? "Replace key" : "Log in again"),
    h("button", { type: "button", onclick: () => edit(a, refresh) }, "Change"),
    h("button.danger", { type: "button", onclick: () => remove(a, refresh) }, "Remove"));
}

// edit changes the name of an account, and how much it is used.
function edit(a, refresh) {
  const label = h("input", { type: "text", value: a.label, maxlength: "100", autofocus: true });
  const count = (value, min, max) => h("input", { type: "number", step: "1", min, max, value: String(value), required: true, inputmode: "numeric" });
  const priority = count(a.priority), weight = count(a.weight, "1"), flight = count(a.max_in_flight, "0"), quota = count(a.soft_quota, "0", "100");
  const box = open(`Change ${a.label}`, form([field("Name", label, "Empty shows its e-mail."),
    h("div.two", {}, field("Priority", priority, "The greatest serve first, others while those cannot."), field("Weight", weight, "Its share when accounts take turns."),
      field("Requests at once", flight, "0 is no limit."), field("Spared from, % used", quota, "While others can serve; 0 is as the settings say."))], "Save", async () => {
    const wanted = { label: label.value.trim(), priority: Number(priority.value), weight: Number(weight.value), max_in_flight: Number(flight.value), soft_quota: Number(quota.value) };
    await change("PATCH", `/accounts/${a.id}`, Object.fromEntries(Object.entries(wanted).filter(([name, value]) => value !== a[name])));
    box.close();
    say(`changed ${a.label}`);
    await refresh();
  }));
}

const remove = (a, refresh) => confirm(`Remove ${a.label} of ${providerWord(a.provider)}?`,
  "Its login is deleted from the gateway's machine and cannot be brought back.", "Remove", async () => {
    await change("DELETE", `/accounts/${a.id}`);
    say(`removed ${a.label}`);
    await refresh();
  });
