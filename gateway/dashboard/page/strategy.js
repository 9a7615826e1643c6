// By which rule a pool picks its accounts.

import { h, say } from "./dom.js";
import { change } from "./api.js";
import { known } from "./state.js";
import { form, open } from "./dialogs.js";
import { described, load, set } from "./settings.js";
import { providerWord } from "./words.js";

const hints = {
  sticky: "stay with one account while it can serve",
  "round-robin": "take turns, by weight",
  hybrid: "weigh what is left, health and idle time",
  "drain-first": "use first what would be lost at the next reset",
};

// chooseStrategy changes by which rule a pool picks its accounts.
export async function chooseStrategy(p, refresh) {
  try {
    await load();
  } catch (error) {
    return say(error.message, true);
  }
  if (known.settings.none) return say(known.settings.none, true);
  const key = "account_selection_strategy", own = `providers.${p.provider}.${key}`;
  const radio = (group, value, text, hint, checked) => h("label.choice", {}, h("input", { type: "radio", name: group, value, checked }), h("span", {}, text, h("span", {}, hint)));
  const rules = h("fieldset", {}, h("legend", {}, "Which account serves next?"), described(key).enum.map((each) => radio("rule", each, each, hints[each] || "", each === p.strategy)));
  const hasOwn = known.settings.entries.some((e) => e.key === own);
  const where = h("fieldset", {}, h("legend", {}, "For which pools?"), radio("where", "all", "all pools", "but for those that have a rule of their own", !hasOwn),
    radio("where", "own", `${providerWord(p.provider)} alone`, "", hasOwn));
  const chosen = (set) => set.querySelector("input:checked")?.value;
  const box = open(`Strategy of ${providerWord(p.provider)}`, form([rules, where], "Save", async () => {
    const isOwn = chosen(where) === "own";
    if (hasOwn && !isOwn) await change("PATCH", "/settings", { key: own, value: null });
    await set(isOwn ? own : key, chosen(rules), box, refresh);
  }));
  rules.querySelector("input:checked")?.focus();
}
