// What the tests share: the stage that tests/opencode sets, and a stand-in for OpenCode.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as plugin from "../dist/server.js";

export async function control(what, fields = {}) {
  const answer = await fetch(`${process.env.CONTROL}/${what}?${new URLSearchParams(fields)}`);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/** Makes the accounts of some owners those of this process. */
export async function home(...owners) {
  process.env.MULTIACCOUNT_DIR = await control("home", { owners: owners.join(" ") });
  process.env.XDG_DATA_HOME = process.env.MULTIACCOUNT_DIR;
  return process.env.MULTIACCOUNT_DIR;
}

/** Writes OpenCode's logins. */
export async function writeAuth(entries) {
  const folder = join(process.env.XDG_DATA_HOME, "opencode");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "auth.json"), JSON.stringify(entries));
  return join(folder, "auth.json");
}

let projects = 0;

/** OpenCode with the plugin in a project of its own. */
export class OpenCode {
  toasts = [];

  static async start(options, config = {}) {
    const self = new OpenCode();
    const showToast = async ({ body }) => {
      self.toasts.push(body);
    };
    const input = { client: { tui: { showToast } }, directory: `/project/${projects++}` };
    self.hooks = await plugin.server(input, options);
    self.openai = await plugin.openai(input, options);
    self.config = config;
    await self.hooks.config(config);
    return self;
  }

  /** Returns the toast that fits, once it was shown. */
  async toast(fits) {
    for (const end = Date.now() + 30_000; Date.now() < end; ) {
      const found = this.toasts.find((toast) => fits.test(toast.message));
      if (found) return found;
      await new Promise((later) => setTimeout(later, 10));
    }
    throw new Error(`no toast like ${fits} among ${JSON.stringify(this.toasts)}`);
  }

  /** Asks as OpenCode's library for Anthropic does. */
  async ask(session = "s1", id = "anthropic") {
    const { baseURL, apiKey, fetch } = this.config.provider[id].options;
    const anthropic = id === "anthropic";
    const answer = await fetch(`${baseURL}/${anthropic ? "messages" : "responses"}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-session-id": session,
        ...(anthropic ? { "x-api-key": apiKey, "anthropic-version": "2023-06-01" } : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify(
        anthropic
          ? { model: "claude-sonnet-4-5", max_tokens: 16, messages: [{ role: "user", content: session }] }
          : { model: "gpt-5", store: false, stream: true, input: [{ role: "user", content: session }] },
      ),
    });
    await answer.text();
    return { status: answer.status, owner: answer.headers.get("x-providertest-account") };
  }

  async end() {
    await this.hooks.dispose();
  }
}
