import { execFile } from "node:child_process";

/** Runs the program and returns what it prints. The error says what the program said. */
export function call(program: string, args: string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = execFile(program, args, { encoding: "utf8", maxBuffer: 16 << 20, env: environment() }, (error, out, err) => {
      if (error) failed(new Error(complaint(err) || error.message));
      else done(out);
    });
    child.stdin?.end();
  });
}

/** What this plugin reads of the environment; the program does not know of it. */
export const variables = { binary: "MULTIACCOUNT_BINARY", url: "MULTIACCOUNT_GATEWAY_URL", token: "MULTIACCOUNT_GATEWAY_TOKEN" } as const;

/** The environment of the program: ours without what is for this plugin, and no colours. */
export function environment(): NodeJS.ProcessEnv {
  const own: string[] = Object.values(variables);
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.includes(name))), NO_COLOR: "1" };
}

/** What a program that failed said on standard error: JSON or text. */
export function complaint(text: string): string {
  const last = text.trim().split("\n").at(-1) ?? "";
  try {
    const told: unknown = JSON.parse(last);
    const message = (told as { error?: { message?: unknown } }).error?.message;
    return typeof message === "string" ? message : last;
  } catch {
    return text.trim();
  }
}

/** Returns the providers that have an account. */
export async function providersWithAccounts(program: string): Promise<Set<string>> {
  const all = JSON.parse(await call(program, ["accounts", "list", "--json"])) as { provider: string }[];
  return new Set(all.map((account) => account.provider));
}

/** Takes in the logins of a file of OpenCode's, unless that was done before. */
export async function importOnce(program: string, file: string): Promise<void> {
  await call(program, ["import", "--once", "--json", file]);
}
