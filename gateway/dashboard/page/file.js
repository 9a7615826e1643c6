// The settings file, changed as it is written.

import { h, say } from "./dom.js";
import { change, tagged } from "./api.js";
import { field, form, open } from "./dialogs.js";

// problem is what is wrong with a file, and where.
export const problem = (p) => [p.line && `line ${p.line}`, p.key, p.message].filter(Boolean).join(": ");

const changed = "The settings were changed meanwhile. Copy your text, close this, and open the file again.";

// editFile shows the file as it is now.
export async function editFile(refresh) {
  const s = await tagged("/settings").catch((error) => say(error.message, true));
  if (!s) return;
  const text = h("textarea.file", { rows: "20", spellcheck: "false", autocomplete: "off", autofocus: true, wrap: "off", value: s.document || "{\n}\n" });
  const found = h("ul"), told = h("div.wrong", { role: "alert" }, found);
  const check = async () => {
    const { problems } = await change("POST", "/settings/validate", { document: text.value });
    found.replaceChildren(...problems.map((p) => h("li", {}, problem(p))));
    return problems.length === 0;
  };
  const box = open("The settings file", form([field(s.path, text, "JSON with comments. A gateway that runs takes it over at once."), told], "Save", async () => {
    if (!(await check())) return;
    try {
      await change("PUT", "/settings", { document: text.value }, s.version);
    } catch (error) {
      throw error.code === "changed_meanwhile" ? new Error(changed) : error;
    }
    box.close();
    say("stored the settings");
    await refresh();
  }, [h("button", { type: "button", onclick: async () => (await check().catch((error) => say(error.message, true))) && say("nothing is wrong") }, "Check")]), { wide: true });
  text.setSelectionRange(0, 0);
  text.scrollTop = 0;
}
