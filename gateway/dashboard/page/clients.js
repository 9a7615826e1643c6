// The page of clients: who may use the gateway, and how much of it.

import { h, say } from "./dom.js";
import { change, get } from "./api.js";
import { account as find, known } from "./state.js";
import { confirm, field, form, open, secret } from "./dialogs.js";
import { brief, number, providerWord, wait } from "./words.js";

export async function load() {
  known.clients = await get("/clients");
}

export function view(refresh) {
  return [h("div.head", {}, h("h1", {}, "Clients"), h("span.grow"), h("button.main", { type: "button", onclick: () => add(refresh) }, "Add client")), body(refresh)];
}

function body(refresh) {
  if (!known.clients) return h("p.soft", {}, "looking …");
  if (known.clients.length === 0) {
    return h("div.card.empty", {}, h("h2", {}, "There are no clients yet."),
      h("p", {}, "A client is a program or a machine with a token of its own. Nobody may use the gateway without one."),
      h("button.main", { type: "button", onclick: () => add(refresh) }, "Add client"));
  }
  return h("div.card.scroll", { tabindex: "0", role: "region", "aria-label": "Clients and their limits" }, h("table.cards", {},
    h("thead", {}, h("tr", {}, ["Client", "Added", "Providers", "Accounts", "Models"].map((t) => h("th", { scope: "col" }, t)),
      ["Tokens today", "In flight", "Waits", "Priority"].map((t) => h("th.right", { scope: "col" }, t)), h("th", { scope: "col" }, h("span.unseen", {}, "Actions")))),
    h("tbody", {}, known.clients.map((c) => row(c, refresh)))));
}

const names = (all, word) => (all.length ? all.map(word).join(", ") : h("span.soft", {}, "all"));

// cell knows its column's name: on a phone a client is a card, with a line for each.
const cell = (name, content, kind = "td") => h(kind, { "data-name": name }, content);

// today is what a client has used since midnight, and how much it may.
function today(c) {
  const used = c.tokens_today === undefined ? "" : brief(c.tokens_today);
  if (!c.daily_tokens) return used;
  return h("span", { class: c.tokens_today >= c.daily_tokens ? "bad" : "" }, `${used || "?"} of ${brief(c.daily_tokens)}`);
}

function row(c, refresh) {
  return h("tr", { "data-key": c.name }, h("th", { scope: "row" }, c.name), cell("Added", c.added_at && new Date(c.added_at).toLocaleDateString("en-CA")),
    cell("Providers", names(c.providers, providerWord)), cell("Accounts", names(c.accounts, (id) => find(id)?.label || id)),
    cell("Models", names(c.models, String)), cell("Tokens today", today(c), "td.right"),
    cell("In flight", c.max_in_flight && number(c.max_in_flight), "td.right"), cell("Waits", c.max_wait_ms && wait(c.max_wait_ms), "td.right"), cell("Priority", c.priority && String(c.priority), "td.right"),
    h("td.right.last", {}, h("button.quiet", { type: "button", "aria-label": `Change ${c.name}`, onclick: () => edit(c, refresh) }, "Change"),
      h("button.quiet.danger", { type: "button", "aria-label": `Remove ${c.name}`, onclick: () => remove(c, refresh) }, "Remove")));
}

// limits are the fields of what a client may do; read returns what they say.
function limits(c = {}) {
  const tick = (value, text, on) => h("label.choice", {}, h("input", { type: "checkbox", value, checked: on }), h("span", {}, text));
  // ticks has what is chosen and is not there any more, too: without it the client would get all.
  const ticks = (all, chosen = []) => h("div.choices", {}, all.map(([value, text]) => tick(value, text, chosen.includes(value))),
    chosen.filter((value) => !all.some(([there]) => there === value)).map((value) => tick(value, `${value} (is gone)`, true)));
  const providers = h("fieldset", {}, h("legend", {}, "Providers"), h("p.hint", {}, "None chosen means all."), ticks(known.pools.map((p) => [p.provider, providerWord(p.provider)]), c.providers));
  const accounts = (known.accounts.length > 0 || c.accounts?.length > 0) && h("fieldset", {}, h("legend", {}, "Accounts"),
    h("p.hint", {}, "None chosen means all. A client that is bound to accounts never gets another one."), ticks(known.accounts.map((a) => [a.id, a.label]), c.accounts));
  const count = (value, least, step = "1") => h("input", { type: "number", min: least, step, value: String(value || 0), required: true, inputmode: step === "1" ? "numeric" : "decimal" });
  const models = h("input", { type: "text", value: c.models?.join(", "), autocomplete: "off", spellcheck: "false", placeholder: "claude-haiku-*" });
  const flight = count(c.max_in_flight, "0"), tokens = count(c.daily_tokens, "0"), waits = count((c.max_wait_ms || 0) / 60e3, "0", "any"), priority = count(c.priority, "-100");
  const ticked = (set) => (set ? [...set.querySelectorAll("input:checked")].map((i) => i.value) : []);
  return {
    fields: [providers, accounts, field("Models", models, "Apart by commas, with * for any text; empty means all."),
      h("div.two", {}, field("Tokens a day", tokens, "From midnight; 0 is no limit."), field("Requests at once", flight, "0 is no limit."), field("Waits, minutes", waits, "While all accounts are limited."), field("Priority", priority, "The greatest goes first."))].filter(Boolean),
    read: () => ({
      providers: ticked(providers), accounts: ticked(accounts), models: models.value.split(/[\s,]+/).filter(Boolean), daily_tokens: Number(tokens.value), max_in_flight: Number(flight.value), max_wait_ms: Math.round(Number(waits.value) * 60e3), priority: Number(priority.value),
    }),
  };
}

function add(refresh) {
  const name = h("input", { type: "text", required: true, maxlength: "64", pattern: "[A-Za-z0-9][A-Za-z0-9._\\-]*", autocomplete: "off", autofocus: true, placeholder: "laptop" });
  const may = limits();
  const box = open("Add a client", form([field("Name", name, "Letters, digits, dots, hyphens and underscores."), ...may.fields], "Add", async () => {
    const made = await change("POST", "/clients", { name: name.value.trim(), ...may.read() });
    box.close();
    await refresh();
    tell(made);
  }));
}

// tell shows a token, this once.
function tell(made) {
  const box = open(`The token of ${made.client.name}`, [h("p", {}, "Give it to the program now: it is stored as a hash, and not shown again."), secret("Token", made.token),
    h("p.small.soft", {}, "As in ", h("code", {}, `ANTHROPIC_BASE_URL=${location.origin}/anthropic`), " with ", h("code", {}, "ANTHROPIC_AUTH_TOKEN"), ", or as the API key of OpenAI's programs at ", h("code", {}, `${location.origin}/openai/v1`), "."),
    h("div.buttons", {}, h("button.main", { type: "button", onclick: () => box.close() }, "I have it"))]);
}

// same compares lists in any order.
const same = (a, b) => (Array.isArray(a) ? JSON.stringify([...a].sort()) === JSON.stringify([...b].sort()) : a === b);

// edit changes what is another than before, and nothing else.
function edit(c, refresh) {
  const may = limits(c);
  const box = open(`Change ${c.name}`, form(may.fields, "Save", async () => {
    const others = Object.entries(may.read()).filter(([name, value]) => !same(value, c[name]));
    await change("PATCH", `/clients/${encodeURIComponent(c.name)}`, Object.fromEntries(others));
    box.close();
    say(`changed the client ${c.name}`);
    await refresh();
  }));
}

const remove = (c, refresh) => confirm(`Remove the client ${c.name}?`, "Its token is refused from then on, and cannot be brought back.", "Remove", async () => {
  await change("DELETE", `/clients/${encodeURIComponent(c.name)}`);
  say(`removed the client ${c.name}`);
  await refresh();
});
