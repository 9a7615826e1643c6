import type { Config, Hooks, Plugin, PluginInput } from "@opencode-ai/plugin";
import { authHook } from "./auth.js";
import { call, importOnce, providersWithAccounts } from "./command.js";
import { authFile, hasLogins } from "./entries.js";
import type { Gateway } from "./gateway.js";
import { findProgram } from "./program.js";
import { optionsOf, providers, type ProviderID } from "./providers.js";
import { acquire, release, type Options } from "./shared.js";
import { toaster, type Toast } from "./toasts.js";

/** The name of the command, and of the tool with an ending. */
const commandName = "multiaccount";

/** The plugin for OpenCode 1, with the logins of Anthropic. */
export const server: Plugin = async (input, options) => {
  const site = new Site(input, (options ?? {}) as Options);
  return { ...site.hooks(), auth: loginHook("anthropic", options) };
};

/** The logins of OpenAI: a plugin of OpenCode 1 has one provider's. */
export const openai: Plugin = async (_, options) => ({ auth: loginHook("openai", options) });

function loginHook(id: ProviderID, options: unknown): NonNullable<Hooks["auth"]> {
  const { binary } = (options ?? {}) as Options;
  return authHook(id, () => findProgram(binary));
}

/** The plugin in one project of OpenCode's. */
class Site {
  private gateway: Gateway | undefined;
  private stop = () => {};

  constructor(private readonly input: PluginInput, private readonly options: Options) {}

  hooks(): Hooks {
    return {
      config: (config) => this.configure(config).catch((error: Error) => this.show({ variant: "error", message: error.message })),
      dispose: async () => this.dispose(),
      tool: { [`${commandName}_status`]: { description: "Shows the Claude and ChatGPT accounts and what is left of their quota", args: {}, execute: () => this.status() } },
      "command.execute.before": async ({ command }, { parts }) => {
        const first = parts[0];
        if (command === commandName && first?.type === "text") first.text += "\n\n" + (await this.status());
      },
    };
  }

  /** Sends the providers that have accounts to the gateway. */
  private async configure(config: Config): Promise<void> {
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
      ...config.command,
    };
  }

  private async status(): Promise<string> {
    return call(findProgram(this.options.binary), ["status"]).catch((error: Error) => error.message);
  }

  private async show(toast: Toast): Promise<void> {
    // Without a screen there is nobody to show it to.
    await this.input.client.tui.showToast({ body: { title: commandName, ...toast } }).catch(() => {});
  }

  private dispose(): void {
    this.stop();
    if (this.gateway) release();
    this.gateway = undefined;
  }
}
