// Adding an account, and giving one a new login.

import { h, say, fresh } from "./dom.js";
import { change, get } from "./api.js";
import { known, pool, account as find } from "./state.js";
import { field, form, open } from "./dialogs.js";
import { providerWord } from "./words.js";

const ways = {
  browser: ["browser", "log in with the browser of the gateway's machine"],
  device: ["device", "type in a code on any other device"],
  paste: ["paste", "bring back what a browser elsewhere shows"],
  key: ["API key", "keep a key that does not end"],
};

// addAccount asks for the provider and the way.
export function addAccount(refresh) {
  const provider = h("select", { autofocus: true }, known.pools.map((p) => h("option", { value: p.provider }, providerWord(p.provider))));
  const methods = h("fieldset", {}, []), label = h("input", { type: "text", maxlength: "100" });
  const key = h("input", { type: "password", autocomplete: "off", spellcheck: "false" });
  const keyRow = field("API key", key, "It is stored on the gateway's machine, and not shown again.");
  const draw = () => {
    methods.replaceChildren(h("legend", {}, "How do you log in?"), ...choices(pool(provider.value), () => (keyRow.hidden = chosen(methods) !== "key")));
    keyRow.hidden = chosen(methods) !== "key";
  };
  provider.onchange = draw;
  draw();
  const box = open("Add an account", form([field("Provider", provider), methods, keyRow, field("Name", label, "What to call the account; may be left empty.")], "Go on", async () => {
    const method = chosen(methods), name = label.value.trim();
    if (method === "key") {
      const stored = await change("POST", "/accounts", { provider: provider.value, api_key: key.value.trim(), ...(name && { label: name }) });
      return finish(box, stored, refresh);
    }
    const login = await change("POST", "/logins", { provider: provider.value, method, ...(name && { label: name }) });
    box.close();
    follow(login, refresh);
  }));
}

// logInAgain gives an account a new login, or a new key.
export function logInAgain(a, refresh) {
  if (a.kind === "api_key") return replaceKey(a, refresh);
  const methods = h("fieldset", {}, h("legend", {}, "How do you log in?"), choices(pool(a.provider), () => {}, false));
  const box = open(`Log in again: ${a.label}`, form([methods], "Go on", async () => {
    const login = await change("POST", "/logins", { provider: a.provider, method: chosen(methods), account: a.id });
    box.close();
    follow(login, refresh);
  }));
  methods.querySelector("input")?.focus();
}

function replaceKey(a, refresh) {
  const key = h("input", { type: "password", autocomplete: "off", spellcheck: "false", autofocus: true });
  const box = open(`Replace the key of ${a.label}`, form([field("API key", key, "It is stored on the gateway's machine, and not shown again.")], "Replace", async () => {
    finish(box, await change("PUT", `/accounts/${a.id}/key`, { api_key: key.value.trim() }), refresh);
  }));
}

function finish(box, stored, refresh) {
  box.close();
  say(`stored the key of ${stored.account.label}${stored.unchecked ? `, not checked: ${stored.unchecked}` : ""}`);
  return refresh();
}

function choices(p, changed, keys = true) {
  const name = fresh("way"), all = [...p.login_methods, ...(keys && p.api_keys ? ["key"] : [])];
  return all.map((method, i) => h("label.choice", {}, h("input", { type: "radio", name, value: method, checked: i === 0, onchange: changed }),
    h("span", {}, ways[method][0], h("span", {}, ways[method][1]))));
}

const chosen = (fieldset) => fieldset.querySelector("input:checked")?.value;

// follow shows a login that is under way, until it has come to its end.
function follow(login, refresh) {
  let over = false;
  const waiting = h("p.soft", { role: "status" }, "waiting for the login …");
  const box = open(`Logging in to ${providerWord(login.provider)}`, [steps(login, (next) => update(next)), waiting], {
    closed: () => {
      if (!over) change("DELETE", `/logins/${login.id}`).then(() => say("the login was given up, and nothing was stored"), () => {});
    },
  });
  const update = (next) => {
    if (next.problem) box.body.querySelector(".wrong").textContent = next.problem;
    waiting.textContent = next.state === "checking" ? "checking …" : "waiting for the login …";
  };
  const end = async (next) => {
    over = true;
    if (!box.dialog.open) return;
    if (next.state === "failed") {
      box.body.replaceChildren(h("p.wrong", { role: "alert" }, next.error), h("div.buttons", {}, h("button", { type: "button", onclick: () => box.close() }, "Close")));
      return;
    }
    await refresh();
    box.close();
    say(outcome(next));
  };
  poll(login, () => !over && box.dialog.open, update, end);
}

function outcome(login) {
  const who = `logged in to ${providerWord(login.provider)} as ${find(login.account)?.label || login.account}`;
  if (login.other_account) return `${who}: another account than the one selected, which is as it was`;
  return login.untold?.length ? `${who}; but ${login.untold.join(" ")}` : who;
}

async function poll(login, going, update, end) {
  while (going()) {
    try {
      login = await get(`/logins/${login.id}?wait=20`);
    } catch (error) {
      return end({ ...login, state: "failed", error: error.message });
    }
    if (login.state === "done" || login.state === "failed") return end(login);
    update(login);
    if (login.state === "checking") await new Promise((go) => setTimeout(go, 300));
  }
}

const link = (url, text) => h("a.button.main", { href: url, target: "_blank", rel: "noreferrer" }, text);

function steps(login, update) {
  if (login.method === "device") {
    return h("div.form", {}, h("p", {}, "On any device, go to the provider's page and type in the code."),
      h("p.usercode", { "aria-label": `The code is ${login.user_code}` }, login.user_code), h("code.address", {}, login.url),
      h("div.buttons.left", {}, link(login.url, "Open the page")), h("p.note", {}, "Never type in a code that somebody else sent you."), h("p.wrong", { role: "alert" }));
  }
  if (login.method === "browser") {
    return h("div.form", {}, h("p", {}, "Open the login page in a browser of the gateway's machine. It comes back by itself."),
      h("div.buttons.left", {}, link(login.url, "Open the login page")), h("code.address", { tabindex: "0" }, login.url), h("p.wrong", { role: "alert" }));
  }
  return pasting(login, update);
}

function pasting(login, update) {
  const code = h("input", { type: "text", autocomplete: "off", spellcheck: "false", autofocus: true });
  const end = login.code_shown ? "The browser ends at a page with a code: paste it." : "The browser ends at a page that cannot load: paste its whole address.";
  return h("div.form", {}, h("div.buttons.left", {}, link(login.url, "Open the login page")), h("code.address", { tabindex: "0" }, login.url),
    form([field("What the browser shows in the end", code, end)], "Go on", async () => {
      update(await change("POST", `/logins/${login.id}/finish`, { code: code.value.trim() }));
    }));
}
