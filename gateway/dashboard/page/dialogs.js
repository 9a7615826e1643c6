// Dialogs: one at a time, closed by escape, with the focus back where it was.

import { h, fresh } from "./dom.js";

// open shows a dialog. Its content is what draw returns, which is called again by
// redraw; closed is called at its end.
export function open(title, content, { wide = false, closed = () => {} } = {}) {
  const id = fresh("dialog"), before = document.activeElement;
  const body = h("div.dialog-body", {}, content);
  const close = h("button.quiet", { type: "button", "aria-label": "Close", onclick: () => dialog.close() }, "✕");
  const dialog = h("dialog", { "aria-labelledby": id, class: wide ? "wide-dialog" : "" },
    h("div.dialog-head", {}, h("h2", { id }, title), close), body);
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed();
    // The browser has put the focus back already, unless what had it is gone. This comes
    // a frame later, when somebody may have moved on.
    if (document.activeElement === document.body) (before?.isConnected && before !== document.body ? before : document.getElementById("main")).focus({ preventScroll: true });
  });
  document.getElementById("dialogs").append(dialog);
  dialog.showModal();
  (body.querySelector("[autofocus]") || close).focus();
  return { dialog, body, close: () => dialog.close(), title: (text) => (dialog.querySelector("h2").textContent = text) };
}

// confirm asks before something that cannot be undone.
export function confirm(title, text, verb, act) {
  const wrong = h("p.wrong", { role: "alert" });
  const yes = h("button.danger", { type: "button", onclick: async () => {
    yes.disabled = true;
    try {
      await act();
      box.close();
    } catch (error) {
      wrong.textContent = error.message;
      yes.disabled = false;
    }
  } }, verb);
  const box = open(title, [h("p", {}, text), wrong,
    h("div.buttons", {}, h("button", { type: "button", autofocus: true, onclick: () => box.close() }, "Keep"), yes)]);
}

// field is a labelled control, with a hint.
export function field(label, control, hint) {
  control.id ||= fresh("field");
  const note = hint && h("span.hint", { id: control.id + "-hint" }, hint);
  if (note) control.setAttribute("aria-describedby", note.id);
  return h("div.row", {}, h("label", { for: control.id }, label), control, note);
}

// secret shows a secret that is to be copied.
export function secret(label, text) {
  const input = h("input", { type: "text", readonly: true, value: text, "aria-label": label, onfocus: () => input.select() });
  const button = h("button", { type: "button", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      input.select(); // the clipboard is not to be had; ctrl+c is
    }
  } }, "Copy");
  return h("div.secret", {}, input, button);
}

// submit has a form do something; what goes wrong is said in it.
export function form(fields, verb, act, more = []) {
  const wrong = h("p.wrong", { role: "alert" });
  const button = h("button.main", { type: "submit" }, verb);
  return h("form.form", { onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    wrong.textContent = "";
    try {
      await act();
    } catch (error) {
      wrong.textContent = error.message;
    }
    button.disabled = false;
  } }, fields, wrong, h("div.buttons", {}, more, button));
}
