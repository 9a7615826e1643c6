// Built by scripts/build.mjs from src/. Change that.

// src/entries.ts
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
var mark = "multiaccount";
var never = 253402300799e3;
function authFile(env = process.env, home = homedir()) {
  return join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "opencode", "auth.json");
}
async function entryAfterLogin(id, file = authFile()) {
  return await stored(id, file) ?? marked(id);
}
function marked(id) {
  if (id === "openai") return { type: "success", refresh: mark, access: mark, expires: never };
  return { type: "success", key: mark };
}
async function stored(id, file) {
  const entry = (await entries(file))[id];
  const { type, key, metadata, refresh, access, expires, accountId } = entry ?? {};
  if (type === "api" && key) return { type: "success", key, ...metadata && { metadata } };
  if (type === "oauth" && refresh && access && expires !== void 0)
    return { type: "success", refresh, access, expires, ...accountId && { accountId } };
  return void 0;
}
async function entries(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return {};
  }
}
async function hasLogins(file = authFile()) {
  const all = await entries(file);
  return [all["anthropic"], all["openai"]].some((entry) => entry && entry.key !== mark && entry.access !== mark);
}

// src/login.ts
import { spawn } from "node:child_process";

// src/command.ts
import { execFile } from "node:child_process";
function call(program, args) {
  return new Promise((done, failed) => {
    const child = execFile(program, args, { encoding: "utf8", maxBuffer: 16 << 20, env: environment() }, (error, out, err) => {
      if (error) failed(new Error(complaint(err) || error.message));
      else done(out);
    });
    child.stdin?.end();
  });
}
var variables = { binary: "MULTIACCOUNT_BINARY", url: "MULTIACCOUNT_GATEWAY_URL", token: "MULTIACCOUNT_GATEWAY_TOKEN" };
function environment() {
  const own = Object.values(variables);
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.includes(name))), NO_COLOR: "1" };
}
function complaint(text2) {
  const last = text2.trim().split("\n").at(-1) ?? "";
  try {
    const told = JSON.parse(last);
    const message = told.error?.message;
    return typeof message === "string" ? message : last;
  } catch {
    return text2.trim();
  }
}
async function providersWithAccounts(program) {
  const all = JSON.parse(await call(program, ["accounts", "list", "--json"]));
  return new Set(all.map((account) => account.provider));
}
async function importOnce(program, file) {
  await call(program, ["import", "--once", "--json", file]);
}

// src/lines.ts
import { createInterface } from "node:readline";
function readLines(from, each) {
  createInterface({ input: from, crlfDelay: Infinity }).on("line", (line) => {
    let value;
    try {
      value = JSON.parse(line);
    } catch {
      return;
    }
    each(value);
  });
}

// src/login.ts
var ways = { browser: [], device: ["--device"], paste: ["--no-browser"] };
var Login = class {
  child;
  steps = [];
  waiting;
  ended = false;
  errors = "";
  constructor(program, provider, way) {
    this.child = spawn(program, ["login", provider, "--steps", ...ways[way]], { env: environment(), windowsHide: true });
    this.child.stdin.on("error", () => {
    });
    this.child.stderr.on("data", (text2) => this.errors += text2.toString());
    readLines(this.child.stdout, (step) => this.arrive(step));
    this.child.on("error", (error) => this.errors ||= error.message);
    this.child.on("close", () => {
      this.ended = true;
      this.arrive(void 0);
    });
  }
  /** Returns the next step. The error says why there is none. */
  async next() {
    const step = this.steps.shift() ?? (this.ended ? void 0 : await new Promise((done) => this.waiting = done));
    if (!step) throw new Error(complaint(this.errors) || "the login ended");
    return step;
  }
  /** Answers the step "paste". */
  answer(text2) {
    this.child.stdin.write(text2.replaceAll(/\s+/g, "") + "\n");
  }
  /** Ends it. */
  end() {
    this.child.stdin.end();
    this.child.kill();
  }
  arrive(step) {
    const waiting = this.waiting;
    this.waiting = void 0;
    if (waiting) waiting(step);
    else if (step) this.steps.push(step);
  }
};

// src/auth.ts
var methods = {
  anthropic: [
    { label: "Claude account, with the browser of this machine", way: "browser" },
    { label: "Claude account, by pasting a code", way: "paste" }
  ],
  openai: [
    { label: "ChatGPT account, with the browser of this machine", way: "browser" },
    { label: "ChatGPT account, with a code on any device", way: "device" },
    { label: "ChatGPT account, by pasting an address", way: "paste" }
  ]
};
function authHook(id, program) {
  return {
    provider: id,
    methods: methods[id].map(({ label, way }) => ({ type: "oauth", label, authorize: () => authorize(id, program(), way) }))
  };
}
async function authorize(id, program, way) {
  const login = new Login(program, id, way);
  const step = await login.next();
  const result = { url: step.complete_url ?? step.url ?? "", instructions: instructions(step) };
  if (step.step === "paste") return { ...result, method: "code", callback: (code) => finish(id, login, code) };
  return { ...result, method: "auto", callback: () => finish(id, login) };
}
function instructions(step) {
  switch (step.step) {
    case "device":
      return `Enter the code ${step.user_code}. Never enter one that somebody else sent you.`;
    case "paste":
      return step.copy === "code" ? "The browser ends at a page with a code; copy it." : "The browser ends at a page that cannot load; copy its whole address.";
  }
  return "Log in with the browser of this machine.";
}
async function finish(id, login, code) {
  if (code !== void 0) login.answer(code);
  try {
    const step = await login.next();
    if (step.step === "done") return await entryAfterLogin(id);
  } catch {
  }
  login.end();
  return { type: "failed" };
}

// src/program.ts
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join as join2 } from "node:path";
function platformPackage(platform, arch) {
  return `opencode-multiaccount-${platform}-${arch}`;
}
var here = {
  env: process.env,
  platform: process.platform,
  arch: process.arch,
  resolve: (file) => createRequire(import.meta.url).resolve(file)
};
function findProgram(named, at2 = here) {
  const chosen = named || at2.env[variables.binary];
  if (chosen) return chosen;
  const file = at2.platform === "win32" ? "multiaccount.exe" : "multiaccount";
  const found = installed(file, at2) ?? onPath(file, at2);
  if (found) return found;
  throw new Error(
    `the program multiaccount is not installed: install the package ${platformPackage(at2.platform, at2.arch)}, put multiaccount on the path, or name it in ${variables.binary}`
  );
}
function installed(file, at2) {
  try {
    return at2.resolve(`${platformPackage(at2.platform, at2.arch)}/bin/${file}`);
  } catch {
    return void 0;
  }
}
function onPath(file, at2) {
  const folders = (at2.env["PATH"] ?? at2.env["Path"] ?? "").split(delimiter);
  return folders.filter(Boolean).map((folder) => join2(folder, file)).find(isProgram);
}
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// src/providers.ts
var providers = ["anthropic", "openai"];
function optionsOf(id, gateway, place) {
  return { baseURL: baseURL(id, place), apiKey: place.token, fetch: following(gateway, place) };
}
function baseURL(id, place) {
  return `${place.address}/${id}/v1`;
}
var endTime = 200;
function following(gateway, known) {
  const follow = async (input, init) => {
    const before = await gateway.connect();
    try {
      return await send(input, init, known, before);
    } catch (error) {
      if (init?.signal?.aborted) throw error;
      await new Promise((later) => setTimeout(later, endTime));
      const now = await gateway.connect();
      if (now === before) throw error;
      return send(input, init, known, now);
    }
  };
  return follow;
}
function send(input, init, made, now) {
  if (now === made) return fetch(input, init);
  const { url, headers } = new Request(input, { ...init, body: null });
  for (const [name, value] of [...headers]) headers.set(name, value.replace(made.token, now.token));
  return fetch(url.replace(made.address, now.address), { ...init, headers });
}

// src/gateway.ts
import { spawn as spawn2 } from "node:child_process";
function running(place) {
  return { connect: async () => place, listen: () => () => {
  }, close: () => {
  } };
}
var drainTime = "5s";
var kept = 4096;
var ChildGateway = class {
  constructor(program) {
    this.program = program;
  }
  program;
  child;
  place;
  listeners = /* @__PURE__ */ new Set();
  connect() {
    this.place ??= this.start();
    return this.place;
  }
  listen(each) {
    this.listeners.add(each);
    return () => this.listeners.delete(each);
  }
  close() {
    this.child?.stdin?.end();
    this.forget(this.child);
  }
  start() {
    const args = ["serve", "--listen", "127.0.0.1:0", "--handshake", "--stdin-exit", "--drain-timeout", drainTime];
    const child = spawn2(this.program, [...args, "--client", "opencode", "--events"], { stdio: ["pipe", "pipe", "pipe"], env: environment(), windowsHide: true });
    this.child = child;
    let errors = "";
    child.stderr.on("data", (text2) => errors = (errors + text2.toString()).slice(-kept));
    child.stdin.on("error", () => {
    });
    return new Promise((served, failed) => {
      const end = (why) => {
        this.forget(child);
        failed(new Error(`the gateway did not start: ${complaint(errors) || why}`));
      };
      child.on("error", (error) => end(error.message));
      child.on("exit", (code, signal) => end(`it ended with ${signal ?? code}`));
      readLines(child.stdout, (line) => {
        if (isPlace(line)) {
          letGo(child);
          served(line);
        } else if (isEvent(line)) {
          for (const each of this.listeners) each(line);
        }
      });
    });
  }
  /** The next request starts another one. */
  forget(child) {
    if (this.child !== child) return;
    this.child = void 0;
    this.place = void 0;
  }
};
function letGo(child) {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.unref?.();
}
function isPlace(line) {
  const { address, token } = line;
  return typeof address === "string" && typeof token === "string";
}
function isEvent(line) {
  return typeof line.event === "string";
}

// src/proxy.ts
var names = ["NO_PROXY", "no_proxy"];
function withoutProxy(address, env = process.env) {
  const host = new URL(address).hostname;
  if (host !== "localhost" && host !== "[::1]" && !host.startsWith("127.")) return;
  const hosts = names.flatMap((name) => env[name]?.split(/[\s,]+/) ?? []).filter(Boolean);
  if (hosts.includes("*")) return;
  if (!hosts.includes(host)) hosts.push(host);
  for (const name of names) env[name] = [...new Set(hosts)].join(",");
}

// src/shared.ts
var shared;
function acquire(options) {
  shared ??= { gateway: choose(options), users: 0 };
  shared.users++;
  return shared.gateway;
}
function release() {
  if (!shared || --shared.users > 0) return;
  shared.gateway.close();
  shared = void 0;
}
function choose(options) {
  const address = options.url || process.env[variables.url];
  const token = options.token || process.env[variables.token];
  withoutProxy(address || "http://127.0.0.1");
  if (!address) return new ChildGateway(findProgram(options.binary));
  if (!token) throw new Error(`there is a gateway at ${address} and no token for it in ${variables.token}: "multiaccount clients add opencode" makes one`);
  return running({ address: address.replace(/\/+$/, ""), token });
}

// src/toasts.ts
function toastOf(event) {
  const who = text(event.label) || text(event.account) || "an account";
  const why = text(event["reason"]);
  switch (event.event) {
    case "conversation_moved":
      return { variant: "info", message: `Now on ${who}${since(why)}.` };
    case "account_cooled":
      return { variant: "warning", message: `${who} is limited${forModel(event)}${until(event["until"])}.` };
    case "pool_paused":
      return { variant: "warning", message: `All ${text(event.provider)} accounts met one limit${until(event["until"])}.` };
    case "circuit_opened":
      return { variant: "warning", message: `${text(event.provider)} is in trouble; it is asked again${at(event["retry_at"])}.` };
    case "login_rejected":
      return { variant: "error", message: `${who} has to log in again: opencode auth login.` };
    case "account_quarantined":
      return { variant: "error", message: `The file of ${who} cannot be read: multiaccount doctor.` };
    case "verification_required":
      return { variant: "error", message: `${text(event.provider)} wants ${who} to visit ${text(event["url"])}` };
    case "owner_needed":
      return { variant: "error", message: `${who} needs its owner${since(why)}.` };
    case "overage_blocked":
      return { variant: "warning", message: `${who} rests${until(event["until"])}: more use would cost money.` };
  }
  return void 0;
}
function text(value) {
  return typeof value === "string" ? value : "";
}
function since(reason) {
  return reason && `: ${reason}`;
}
function forModel(event) {
  const model = text(event["model"]);
  return model && ` for ${model}`;
}
function until(moment) {
  const when = clock(moment);
  return when && ` until ${when}`;
}
function at(moment) {
  const when = clock(moment);
  return when && ` at ${when}`;
}
var day = 24 * 3600 * 1e3;
function clock(moment) {
  const when = new Date(text(moment));
  const left = when.getTime() - Date.now();
  if (Number.isNaN(left)) return "";
  const time = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return left < day ? time : `${when.toLocaleDateString()} ${time}`;
}
var quiet = 6e4;
function toaster(show, now = Date.now) {
  const shown = /* @__PURE__ */ new Map();
  return (event) => {
    const toast = toastOf(event);
    if (!toast) return;
    const last = shown.get(toast.message);
    if (last !== void 0 && now() - last < quiet) return;
    for (const [message, when] of shown) if (now() - when >= quiet) shown.delete(message);
    shown.set(toast.message, now());
    show(toast);
  };
}

// src/v1.ts
var commandName = "multiaccount";
var server = async (input, options) => {
  const site = new Site(input, options ?? {});
  return { ...site.hooks(), auth: loginHook("anthropic", options) };
};
var openai = async (_, options) => ({ auth: loginHook("openai", options) });
function loginHook(id, options) {
  const { binary } = options ?? {};
  return authHook(id, () => findProgram(binary));
}
var Site = class {
  constructor(input, options) {
    this.input = input;
    this.options = options;
  }
  input;
  options;
  gateway;
  stop = () => {
  };
  hooks() {
    return {
      config: (config) => this.configure(config).catch((error) => this.show({ variant: "error", message: error.message })),
      dispose: async () => this.dispose(),
      tool: { [`${commandName}_status`]: { description: "Shows the Claude and ChatGPT accounts and what is left of their quota", args: {}, execute: () => this.status() } },
      "command.execute.before": async ({ command }, { parts }) => {
        const first = parts[0];
        if (command === commandName && first?.type === "text") first.text += "\n\n" + await this.status();
      }
    };
  }
  /** Sends the providers that have accounts to the gateway. */
  async configure(config) {
    const program = findProgram(this.options.binary);
    if (await hasLogins()) await importOnce(program, authFile());
    this.gateway ??= acquire(this.options);
    if (this.options.toasts !== false) this.stop = this.gateway.listen(toaster((toast) => void this.show(toast)));
    const [place, having] = await Promise.all([this.gateway.connect(), providersWithAccounts(program)]);
    for (const id of providers) {
      if (!having.has(id)) continue;
      const options = optionsOf(id, this.gateway, place);
      config.provider = { ...config.provider, [id]: { ...config.provider?.[id], options: { ...config.provider?.[id]?.options, ...options } } };
    }
    config.command = {
      [commandName]: { description: "Show the accounts and what is left of their quota", template: "Repeat this as it is, in a code block, without comment:" },
      ...config.command
    };
  }
  async status() {
    return call(findProgram(this.options.binary), ["status"]).catch((error) => error.message);
  }
  async show(toast) {
    await this.input.client.tui.showToast({ body: { title: commandName, ...toast } }).catch(() => {
    });
  }
  dispose() {
    this.stop();
    if (this.gateway) release();
    this.gateway = void 0;
  }
};

// src/v2.ts
var setup = async (context) => {
  const options = context.options;
  const program = findProgram(options.binary);
  if (await hasLogins()) await importOnce(program, authFile());
  const [place, having] = await Promise.all([acquire(options).connect(), providersWithAccounts(program)]);
  await context.catalog.transform((catalog) => {
    for (const id of providers.filter((name) => having.has(name))) {
      catalog.provider.update(id, (provider) => {
        provider.api = { ...provider.api, url: baseURL(id, place), settings: { ...provider.api.settings, baseURL: baseURL(id, place) } };
        provider.request.body["apiKey"] = place.token;
      });
    }
  });
  await context.command.transform(
    (commands) => commands.update("multiaccount", (command) => {
      command.description = "Show the accounts and what is left of their quota";
      command.template = "Run `multiaccount status` and show me what it prints, in a code block, without comment.";
    })
  );
};

// src/index.ts
var index_default = { id: "multiaccount", server, setup };
export {
  index_default as default,
  openai,
  server
};
