import { openai, server } from "./v1.js";
import { setup } from "./v2.js";

export { openai, server };

/** OpenCode 1 takes server, OpenCode 2 takes setup. */
export default { id: "multiaccount", server, setup };
