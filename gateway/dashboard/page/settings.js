// The page of settings: what is in effect and where it comes from, chains and prices.

import { h, say } from "./dom.js";
import { change, get, tagged } from "./api.js";
import { known } from "./state.js";
import { field, form, open } from "./dialogs.js";
import { editFile, problem } from "./file.js";
import { exactly, providerWord } from "./words.js";

let schema = null;

export async function load() {
  try {
    [known.settings, schema] = [await tagged("/settings"), schema || (await get("/settings/schema"))];
  } catch (error) {
    if (error.code !== "no_settings_file") throw error;
    known.settings = { none: error.message };
  }
}

export function view(refresh) {
  const s = known.settings, isFile = s && !s.none;
  return [h("div.head", {}, h("h1", {}, "Settings"), isFile && h("code.small.soft", {}, s.path), h("span.grow"),
    isFile && h("button", { type: "button", onclick: () => editFile(refresh) }, "Edit the file")), h("div.stack", {}, body(s, refresh))];
}

function body(s, refresh) {
  if (!s) return h("p.soft", {}, "looking …");
  if (s.none) return h("div.card.empty", {}, h("h2", {}, "There is no settings file."), h("p", {}, s.none));
  const of = (provider) => s.entries.filter((e) => !e.guarded && providerOf(e.key) === provider);
  const alone = [...new Set(s.entries.filter((e) => !e.guarded).map((e) => providerOf(e.key)))].filter(Boolean);
  return [wrong(s), s.entries.length > 0 && section("All pools", "", of(""), refresh),
    alone.map((p) => section(`${providerWord(p)} alone`, "These hold for its pool in place of the ones above.", of(p), refresh)),
    s.problems.length === 0 && [chains(s, refresh), prices(s, refresh)],
    section("Changed on the gateway's machine alone", "They name a program, a file or a server. Use \u201cmultiaccount config edit\u201d there.", s.entries.filter((e) => e.guarded), refresh)];
}

// wrong says what is wrong with the file.
const wrong = (s) => s.problems.length > 0 && h("div.trouble", { role: "alert" }, h("p", {}, "The file is wrong, and the settings from before hold. \u201cEdit the file\u201d mends it."),
  h("ul", {}, s.problems.map((p) => h("li", {}, problem(p)))));

const nameOf = (key) => key.slice(key.lastIndexOf(".") + 1);
const providerOf = (key) => (key.startsWith("providers.") ? key.slice("providers.".length, key.lastIndexOf(".")) : "");
export const described = (key) => schema.properties[nameOf(key)] || schema.properties.providers.additionalProperties?.properties?.[nameOf(key)] || {};

function section(title, note, all, refresh) {
  return all.length > 0 && h("section.card.settings", { "data-key": title, "aria-label": title }, h("h2", {}, title), note && h("p.small.soft", {}, note),
    h("ul", {}, all.map((e) => row(e, refresh))));
}

function row(e, refresh) {
  return h("li.setting", { "data-key": e.key }, h("div", {}, h("h3", {}, h("code", {}, e.guarded ? e.key : nameOf(e.key))), h("p.small.soft", {}, described(e.key).description)),
    h("p.value", {}, h("strong", {}, inWords(e.key, e.value)), h("span.small.soft", {}, source(e))),
    !e.guarded && h("button", { type: "button", "aria-label": `Change ${e.key}`, onclick: () => edit(e, refresh) }, "Change"));
}

const source = (e) => ({ default: "default", file: `file, line ${e.line}`, environment: `environment, ${e.variable}` })[e.source];

function inWords(key, value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.join(" ") || "none";
  if (typeof value !== "number") return String(value) || "none";
  if (key.endsWith("_ms")) return exactly(value);
  if (key.endsWith("_seconds")) return exactly(value * 1000);
  return key.endsWith("_percent") ? `${value} %` : String(value);
}

const units = { _ms: "milliseconds", _seconds: "seconds", _percent: "percent" };
const unit = (key) => Object.entries(units).find(([end]) => key.endsWith(end))?.[1];

const choose = (all, now) => {
  const select = h("select", { autofocus: true }, all.map(([value, text]) => h("option", { value }, text)));
  select.value = now;
  return select;
};

// control is what a setting is changed with; value returns what it says.
function control(e) {
  const about = described(e.key);
  if (about.type === "boolean") {
    const select = choose([["true", "yes"], ["false", "no"]], String(e.value));
    return [select, () => select.value === "true"];
  }
  if (about.enum) {
    const select = choose(about.enum.map((each) => [each, each]), e.value);
    return [select, () => select.value];
  }
  const input = h("input", { type: "number", step: "1", min: String(about.minimum ?? ""), value: String(e.value), required: true, autofocus: true, inputmode: "numeric" });
  return [input, () => Number(input.value)];
}

// set stores a setting; null gives it its default again.
export async function set(key, value, box, refresh) {
  await change("PATCH", "/settings", { key, value });
  box.close();
  say(value === null ? `${key} has its default again` : `changed ${key}`);
  await refresh();
}

function edit(e, refresh) {
  const [input, value] = control(e), about = described(e.key);
  const hint = [unit(e.key) && `In ${unit(e.key)}.`, about.default !== undefined && `The default is ${inWords(e.key, about.default)}.`].filter(Boolean).join(" ");
  const store = (to) => set(e.key, to, box, refresh);
  const back = e.source === "file" && h("button", { type: "button", onclick: () => store(null).catch((error) => say(error.message, true)) }, "Back to the default");
  const box = open(`Change ${nameOf(e.key)}`, [h("p.soft", {}, about.description),
    e.source === "environment" && h("p.note", {}, `${e.variable} sets it, and goes before the file: what is stored here holds once that is gone.`),
    form([field(nameOf(e.key), input, hint)], "Save", () => store(value()), back || [])]);
}

const empty = (text, example) => h("div", {}, h("p.soft", {}, text), h("pre.example", { tabindex: "0" }, h("code", {}, example)));
const changeIn = (what, refresh) => h("button.quiet", { type: "button", "aria-label": `Change the ${what}`, onclick: () => editFile(refresh) }, "Change");

function chains(s, refresh) {
  const names = Object.keys(s.chains).sort();
  return h("section.card.settings", { "data-key": "chains", "aria-label": "Chains" }, h("h2", {}, "Chains", changeIn("chains", refresh)),
    names.length === 0 ? empty("Where one pool cannot serve, a chain has the next one do it. There is none; as in the file:", '"chains": { "claude": [{ "pool": "anthropic" }, { "pool": "zai", "models": { "claude-opus-*": "glm-5" } }] }')
      : h("ul", {}, names.map((name) => h("li.chain", { "data-key": name }, h("h3", {}, name), h("code.small.soft", {}, `${location.origin}/${name}`),
        h("ol", {}, s.chains[name].map((l) => h("li", {}, providerWord(l.pool), Object.entries(l.models || {}).map(([from, to]) => h("code.small", {}, `${from} → ${to}`)))))))));
}

function prices(s, refresh) {
  const models = Object.keys(s.prices).sort(), money = (n) => `${n}${s.currency && ` ${s.currency}`}`;
  return h("section.card.settings", { "data-key": "prices", "aria-label": "Prices" }, h("h2", {}, "Prices", changeIn("prices", refresh)),
    models.length === 0 ? empty("With prices, the usage page says what the tokens cost. There are none; as in the file, for a million tokens:", '"currency": "USD",\n"prices": { "claude-opus-*": { "input": 5, "output": 25, "cache_read": 0.5, "cache_write": 6.25 } }')
      : [h("p.small.soft", {}, "For a million tokens of a model. The most specific pattern holds."), h("div.scroll", { tabindex: "0", role: "region", "aria-label": "Prices by model" }, h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Model"), ["Input", "Output", "From the cache", "To the cache"].map((t) => h("th.right", { scope: "col" }, t)))),
        h("tbody", {}, models.map((m) => h("tr", { "data-key": m }, h("th", { scope: "row" }, h("code", {}, m)), ["input", "output", "cache_read", "cache_write"].map((k) => h("td.right", {}, money(s.prices[m][k]))))))))]);
}
