// Built by scripts/build.mjs from src/. Change that.
import type { Plugin } from "@opencode-ai/plugin";
import type { Plugin as Plugin2 } from "@opencode-ai/plugin/v2/promise";

export declare const server: Plugin;
export declare const openai: Plugin;
declare const plugin: { id: string; server: Plugin; setup: Plugin2["setup"] };
export default plugin;
