import type { AuthHook, AuthOAuthResult } from "@opencode-ai/plugin";
import { entryAfterLogin, type Entry } from "./entries.js";
import { Login, type Step, type ways } from "./login.js";
import type { ProviderID } from "./providers.js";

type Way = keyof typeof ways;

const methods: Record<ProviderID, { label: string; way: Way }[]> = {
  anthropic: [
    { label: "Claude account, with the browser of this machine", way: "browser" },
    { label: "Claude account, by pasting a code", way: "paste" },
  ],
  openai: [
    { label: "ChatGPT account, with the browser of this machine", way: "browser" },
    { label: "ChatGPT account, with a code on any device", way: "device" },
    { label: "ChatGPT account, by pasting an address", way: "paste" },
  ],
};

/** Returns OpenCode's logins of a provider, which add accounts to the pool. */
export function authHook(id: ProviderID, program: () => string): AuthHook {
  return {
    provider: id,
    methods: methods[id].map(({ label, way }) => ({ type: "oauth", label, authorize: () => authorize(id, program(), way) })),
  };
}

async function authorize(id: ProviderID, program: string, way: Way): Promise<AuthOAuthResult> {
  const login = new Login(program, id, way);
  const step = await login.next();
  const result = { url: step.complete_url ?? step.url ?? "", instructions: instructions(step) };
  if (step.step === "paste") return { ...result, method: "code", callback: (code) => finish(id, login, code) };
  return { ...result, method: "auto", callback: () => finish(id, login) };
}

function instructions(step: Step): string {
  switch (step.step) {
    case "device":
      return `Enter the code ${step.user_code}. Never enter one that somebody else sent you.`;
    case "paste":
      return step.copy === "code"
        ? "The browser ends at a page with a code; copy it."
        : "The browser ends at a page that cannot load; copy its whole address.";
  }
  return "Log in with the browser of this machine.";
}

/** Ends a login well, or as one that failed. OpenCode asks once. */
async function finish(id: ProviderID, login: Login, code?: string): Promise<Entry | { type: "failed" }> {
  if (code !== undefined) login.answer(code);
  try {
    const step = await login.next();
    if (step.step === "done") return await entryAfterLogin(id);
  } catch {
    // OpenCode has no place for why a login failed
  }
  login.end();
  return { type: "failed" };
}
