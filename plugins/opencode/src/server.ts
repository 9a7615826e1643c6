// What OpenCode 1 loads of the package: each export is a plugin.
export { openai, server } from "./index.js";
