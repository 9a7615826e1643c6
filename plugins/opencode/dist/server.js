// Built by scripts/build.mjs from src/. Change that.
export { openai, server } from "./index.js";
