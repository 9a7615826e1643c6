import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import plugin from "../dist/index.js";
import { OpenCode, control, home, writeAuth } from "./stage.mjs";

const patience = { timeout: 60_000 };

test("OpenCode 1 and 2 find their entries", () => {
  assert.equal(plugin.id, "multiaccount");
  assert.equal(typeof plugin.server, "function");
  assert.equal(typeof plugin.setup, "function");
});

test("providers with accounts are served by the gateway, and no others", patience, async () => {
  await home("alice");
  const opencode = await OpenCode.start({}, { small_model: "x/y", provider: { anthropic: { models: {}, options: { timeout: 5 } } } });
  const { anthropic, openai } = opencode.config.provider;
  assert.match(anthropic.options.baseURL, /^http:\/\/127\.0\.0\.1:\d+\/anthropic\/v1$/);
  assert.equal(anthropic.options.timeout, 5);
  assert.deepEqual(anthropic.models, {});
  assert.equal(openai, undefined);
  assert.equal(opencode.config.small_model, "x/y");
  assert.deepEqual(await opencode.ask(), { status: 200, owner: "alice" });
  await opencode.end();
});

test("no proxy is asked for the gateway, and other hosts stay as they are", patience, async () => {
  await home("alice");
  delete process.env.NO_PROXY;
  process.env.no_proxy = "example.com,other";
  const opencode = await OpenCode.start();
  assert.equal(process.env.NO_PROXY, "example.com,other,127.0.0.1");
  assert.equal(process.env.no_proxy, process.env.NO_PROXY);
  await opencode.end();
});

test("OpenAI's requests go to a ChatGPT account", patience, async () => {
  await home("bob");
  const opencode = await OpenCode.start();
  assert.deepEqual(await opencode.ask("s1", "openai"), { status: 200, owner: "bob" });
  await opencode.end();
});

test("a limited account is left for another one, and that is shown", patience, async () => {
  await home("alice", "ada");
  const opencode = await OpenCode.start();
  const first = (await opencode.ask()).owner;
  await control("limit", { owner: first });
  const second = await opencode.ask();
  assert.equal(second.status, 200);
  assert.notEqual(second.owner, first);
  assert.equal((await opencode.toast(/Now on/)).variant, "info");
  assert.match((await opencode.toast(/is limited/)).message, new RegExp(`^${first}@example.com is limited until`));
  await opencode.end();
});

test("two projects of a process share a gateway, which ends with the last", patience, async () => {
  await home("alice");
  const [one, two] = [await OpenCode.start(), await OpenCode.start()];
  const url = one.config.provider.anthropic.options.baseURL;
  assert.equal(two.config.provider.anthropic.options.baseURL, url);
  await one.end();
  assert.equal((await two.ask()).status, 200);
  await two.end();
  await gone(url);
});

test("a gateway that was killed is started again", patience, async () => {
  await home("alice");
  const opencode = await OpenCode.start();
  const { baseURL } = opencode.config.provider.anthropic.options;
  process.kill(await childOf("serve"), "SIGKILL");
  await gone(baseURL);
  assert.deepEqual(await opencode.ask(), { status: 200, owner: "alice" });
  await opencode.end();
});

test("OpenCode's own login is taken in once, and stays OpenCode's", patience, async () => {
  const dir = await home();
  const file = await writeAuth({ anthropic: await control("login", { owner: "alice" }) });
  const before = await readFile(file, "utf8");
  const opencode = await OpenCode.start();
  assert.deepEqual(await opencode.ask(), { status: 200, owner: "alice" });
  const [account] = await accounts();
  assert.equal(account.linked_to, file);
  assert.equal(await readFile(file, "utf8"), before);
  await opencode.end();
  await command("accounts", "remove", account.id, "--yes");
  const again = await OpenCode.start();
  assert.equal(again.config.provider, undefined);
  assert.deepEqual(await accounts(), []);
  await again.end();
  assert.ok(dir);
});

test("a login with the browser adds an account", patience, async () => {
  await home();
  const opencode = await OpenCode.start();
  const method = await opencode.hooks.auth.methods.find((m) => /browser/.test(m.label)).authorize();
  assert.equal(method.method, "auto");
  await (await fetch(method.url)).text();
  assert.deepEqual(await method.callback(), { type: "success", key: "multiaccount" });
  assert.equal((await accounts())[0].email, "alice@example.com");
  await opencode.end();
});

test("a login by pasting adds an account, and a wrong code fails", patience, async () => {
  await home();
  const opencode = await OpenCode.start();
  const paste = () => opencode.openai.auth.methods.find((m) => /pasting/.test(m.label)).authorize();
  assert.deepEqual(await (await paste()).callback("nonsense?"), { type: "failed" });
  const method = await paste();
  assert.equal(method.method, "code");
  const back = (await fetch(method.url, { redirect: "manual" })).headers.get("location");
  const entry = await method.callback(` ${back.slice(0, 20)}\n${back.slice(20)} `);
  assert.equal(entry.access, "multiaccount");
  assert.equal((await accounts())[0].email, "bob@example.com");
  await opencode.end();
});

test("a login on another device keeps what OpenCode had stored", patience, async () => {
  await home();
  const own = await control("login", { owner: "ben" });
  await writeAuth({ openai: own });
  const opencode = await OpenCode.start();
  const method = await opencode.openai.auth.methods.find((m) => /device/.test(m.label)).authorize();
  const code = await control("approve", { owner: "bob" });
  assert.match(method.instructions, new RegExp(code));
  const { type, ...kept } = await method.callback();
  assert.equal(type, "success");
  assert.deepEqual({ type: "oauth", ...kept }, own);
  assert.deepEqual((await accounts()).map((a) => a.email).sort(), ["ben@example.com", "bob@example.com"]);
  await opencode.end();
});

test("events become toasts, each once in a while", { ...patience, skip: process.platform === "win32" && "the stand-in is a script" }, async () => {
  const dir = await home();
  const soon = new Date(Date.now() + 3600_000).toISOString();
  const far = new Date(Date.now() + 7 * 24 * 3600_000).toISOString();
  const events = [
    { event: "account_cooled", label: "work", model: "opus", until: soon },
    { event: "account_cooled", label: "work", model: "opus", until: soon },
    { event: "conversation_moved", account: "id-2", reason: "limited" },
    { event: "login_rejected", label: "work", kind: "reauth", reason: "revoked" },
    { event: "owner_needed", label: "work", reason: "no credit" },
    { event: "verification_required", provider: "anthropic", label: "work", url: "https://example.com/verify" },
    { event: "overage_blocked", label: "work", until: far },
    { event: "account_quarantined", label: "work" },
    { event: "pool_paused", provider: "openai", until: soon },
    { event: "decision_made", label: "work" },
    { event: "of a later version" },
    { event: "circuit_opened", provider: "openai", retry_at: "never" },
  ];
  const { chmod, writeFile } = await import("node:fs/promises");
  const program = `${dir}/stand-in`;
  await writeFile(
    program,
    `#!${process.execPath}
    if (process.argv[2] === "accounts") console.log("[]");
    else {
      console.log("no JSON");
      console.log(JSON.stringify({ address: "http://127.0.0.1:1", token: "t" }));
      for (const event of ${JSON.stringify(events)}) console.log(JSON.stringify(event));
      process.stdin.resume().on("end", () => process.exit());
    }`,
  );
  await chmod(program, 0o755);
  const opencode = await OpenCode.start({ binary: program });
  await opencode.toast(/openai is in trouble/);
  const clock = "[^ ]+( [AP]M)?";
  const want = [
    ["warning", `work is limited for opus until ${clock}\\.`],
    ["info", "Now on id-2: limited\\."],
    ["error", "work has to log in again: opencode auth login\\."],
    ["error", "work needs its owner: no credit\\."],
    ["error", "anthropic wants work to visit https://example.com/verify"],
    ["warning", `work rests until [^ ]+ ${clock}: more use would cost money\\.`],
    ["error", "The file of work cannot be read: multiaccount doctor\\."],
    ["warning", `All openai accounts met one limit until ${clock}\\.`],
    ["warning", "openai is in trouble; it is asked again\\."],
  ];
  assert.equal(opencode.toasts.length, want.length);
  opencode.toasts.forEach(({ title, variant, message }, i) => {
    assert.equal(title, "multiaccount");
    assert.equal(variant, want[i][0]);
    assert.match(message, new RegExp(`^${want[i][1]}$`));
  });
  await opencode.end();
  const silent = await OpenCode.start({ binary: program, toasts: false });
  assert.deepEqual(silent.toasts, []);
  await silent.end();
});

test("the status is shown by a tool and a command", patience, async () => {
  await home("alice");
  const opencode = await OpenCode.start();
  assert.match(await opencode.hooks.tool.multiaccount_status.execute({}, {}), /alice@example\.com/);
  const parts = [{ type: "text", text: opencode.config.command.multiaccount.template }];
  await opencode.hooks["command.execute.before"]({ command: "multiaccount" }, { parts });
  assert.match(parts[0].text, /alice@example\.com/);
  await opencode.end();
});

test("without the program OpenCode is left as it is, and told", patience, async () => {
  await home("alice");
  const opencode = await OpenCode.start({ binary: "/nowhere/multiaccount" });
  assert.equal(opencode.config.provider, undefined);
  assert.equal((await opencode.toast(/nowhere/)).variant, "error");
  await opencode.end();
});

test("the packages that are published bring the program", patience, async () => {
  const dir = await home("alice");
  const { execFileSync } = await import("node:child_process");
  const { cp, mkdir } = await import("node:fs/promises");
  const [system, processor] = [{ win32: "windows" }[process.platform] ?? process.platform, { x64: "amd64" }[process.arch] ?? process.arch];
  const built = `${dir}/built/multiaccount_${system}_${processor}_v1`;
  await mkdir(built, { recursive: true });
  await cp(process.env.MULTIACCOUNT_BINARY, `${built}/multiaccount${process.platform === "win32" ? ".exe" : ""}`);
  const plugins = new URL("..", import.meta.url);
  execFileSync(process.execPath, ["scripts/pack.mjs", `${dir}/built`, `${dir}/node_modules`], { cwd: plugins });
  const script = `
    import { server } from "opencode-multiaccount/server";
    const config = {};
    const hooks = await server({ client: { tui: { showToast: async ({ body }) => console.log(body.message) } }, directory: "/" });
    await hooks.config(config);
    console.log(config.provider.anthropic.options.baseURL);`;
  const env = { ...process.env, MULTIACCOUNT_BINARY: undefined, PATH: "" };
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: dir, env, encoding: "utf8" });
  assert.match(said, /^http:\S+\/anthropic\/v1$/m);
});

test("a gateway that runs is used as it is", patience, async () => {
  await home("alice");
  const one = await OpenCode.start();
  const { baseURL, apiKey } = one.config.provider.anthropic.options;
  const place = { url: new URL(baseURL).origin + "/", token: apiKey };
  const { setup } = plugin;
  const catalog = { provider: {}, update: {} };
  const provider = { api: { type: "aisdk", package: "@ai-sdk/anthropic" }, request: { headers: {}, body: {} } };
  await setup({
    options: place,
    catalog: { transform: async (change) => change({ provider: { update: (id, update) => update(((catalog.provider[id] = provider), provider)) } }) },
    command: { transform: async (change) => change({ update: (name, update) => update((catalog.update[name] = {})) }) },
  });
  assert.deepEqual(Object.keys(catalog.provider), ["anthropic"]);
  assert.equal(provider.api.url, baseURL);
  assert.equal(provider.request.body.apiKey, apiKey);
  assert.ok(catalog.update.multiaccount.template);
  await one.end();
});

async function command(...args) {
  const { execFile } = await import("node:child_process");
  return new Promise((done, failed) =>
    execFile(process.env.MULTIACCOUNT_BINARY, args, { env: { ...process.env, MULTIACCOUNT_BINARY: undefined } }, (error, out) => (error ? failed(error) : done(out))),
  );
}

async function accounts() {
  return JSON.parse(await command("accounts", "list", "--json"));
}

/** Returns the number of the child of this process that was called with a word. */
async function childOf(word) {
  const { execFileSync } = await import("node:child_process");
  const table = execFileSync("ps", ["-o", "pid=,ppid=,args=", "-e"], { encoding: "utf8" });
  const rows = table.split("\n").map((row) => row.trim().split(/\s+/));
  return Number(rows.find(([, parent, ...args]) => Number(parent) === process.pid && args.includes(word))[0]);
}

/** Waits until nobody listens there any more. */
async function gone(url) {
  for (;;) {
    try {
      await (await fetch(url)).text();
    } catch {
      return;
    }
    await new Promise((later) => setTimeout(later, 20));
  }
}
