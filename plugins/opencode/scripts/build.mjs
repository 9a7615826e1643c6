// Builds dist/: one bundle, the module that OpenCode 1 loads, and their types.
import { build } from "esbuild";
import { writeFile } from "node:fs/promises";

const header = "// Built by scripts/build.mjs from src/. Change that.\n";

await build({
  entryPoints: ["src/index.ts"],
  bundle: true,
  outfile: "dist/index.js",
  format: "esm",
  platform: "node",
  target: "node20",
  banner: { js: header.trimEnd() },
});
await writeFile("dist/server.js", header + 'export { openai, server } from "./index.js";\n');
await writeFile("dist/index.d.ts", header + types());
await writeFile("dist/server.d.ts", header + 'export { openai, server } from "./index.js";\n');

function types() {
  return `import type { Plugin } from "@opencode-ai/plugin";
import type { Plugin as Plugin2 } from "@opencode-ai/plugin/v2/promise";

export declare const server: Plugin;
export declare const openai: Plugin;
declare const plugin: { id: string; server: Plugin; setup: Plugin2["setup"] };
export default plugin;
`;
}
