import type { Plugin } from "@opencode-ai/plugin/v2/promise";
import { importOnce, providersWithAccounts } from "./command.js";
import { authFile, hasLogins } from "./entries.js";
import { findProgram } from "./program.js";
import { baseURL, providers } from "./providers.js";
import { acquire, type Options } from "./shared.js";

/** The plugin for OpenCode 2, whose interface may still change: it sends the providers to the gateway. */
export const setup: Plugin["setup"] = async (context) => {
  const options = context.options as Options;
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
  await context.command.transform((commands) =>
    commands.update("multiaccount", (command) => {
      command.description = "Show the accounts and what is left of their quota";
      command.template = "Run `multiaccount status` and show me what it prints, in a code block, without comment.";
    }),
  );
};
