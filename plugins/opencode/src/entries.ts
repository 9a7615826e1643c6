import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ProviderID } from "./providers.js";

/**
 * What OpenCode's auth.json has of a login that multiaccount keeps: no secret, but an
 * entry, without which OpenCode takes a provider for one that nobody has logged in to.
 */
export const mark = "multiaccount";

/** The end of what has no end, in milliseconds. */
const never = 253402300799000;

/** What a login hands to OpenCode, which stores it. */
export type Entry =
  | { type: "success"; key: string; metadata?: Record<string, string> }
  | { type: "success"; refresh: string; access: string; expires: number; accountId?: string };

/** The file in which OpenCode keeps its logins. */
export function authFile(env: NodeJS.ProcessEnv = process.env, home = homedir()): string {
  return join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "opencode", "auth.json");
}

/**
 * Returns what OpenCode is to store after a login: what it has stored already, so that a
 * login of its own stays whole, or a mark. OpenCode asks ChatGPT in another way than the
 * API, and does so only for an entry with tokens.
 */
export async function entryAfterLogin(id: ProviderID, file = authFile()): Promise<Entry> {
  return (await stored(id, file)) ?? marked(id);
}

function marked(id: ProviderID): Entry {
  if (id === "openai") return { type: "success", refresh: mark, access: mark, expires: never };
  return { type: "success", key: mark };
}

interface Stored {
  type?: string;
  key?: string;
  metadata?: Record<string, string>;
  refresh?: string;
  access?: string;
  expires?: number;
  accountId?: string;
}

async function stored(id: ProviderID, file: string): Promise<Entry | undefined> {
  const entry = (await entries(file))[id];
  const { type, key, metadata, refresh, access, expires, accountId } = entry ?? {};
  if (type === "api" && key) return { type: "success", key, ...(metadata && { metadata }) };
  if (type === "oauth" && refresh && access && expires !== undefined)
    return { type: "success", refresh, access, expires, ...(accountId && { accountId }) };
  return undefined;
}

async function entries(file: string): Promise<Record<string, Stored>> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Record<string, Stored>;
  } catch {
    return {}; // nobody has logged in yet, or OpenCode will say that it cannot be read
  }
}

/** Reports whether OpenCode has logins of its own that could be taken in. */
export async function hasLogins(file = authFile()): Promise<boolean> {
  const all = await entries(file);
  return [all["anthropic"], all["openai"]].some((entry) => entry && entry.key !== mark && entry.access !== mark);
}
