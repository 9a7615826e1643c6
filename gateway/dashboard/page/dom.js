// Elements, and how those on the page become like fresh ones without losing the focus.

// h makes an element: h("a.small", {href: "#x", onclick: f}, "text", child, [children]).
export function h(what, props, ...children) {
  const [name, ...classes] = what.split(".");
  const el = document.createElement(name || "div");
  if (classes.length) el.className = classes.join(" ");
  for (const [key, value] of Object.entries(props || {})) set(el, key, value);
  el.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== "" && c !== 0));
  return el;
}

function set(el, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "class") el.className += " " + value;
  else if (key === "width") el.style.width = value; // a style attribute is not allowed, this is
  else if (key.startsWith("on")) (el.handlers ||= {})[key.slice(2)] = value, el[key] = value;
  else if (key === "value") el.value = value;
  else if (key === "checked") el.checked = value;
  else el.setAttribute(key, value === true ? "" : value);
}

// show makes the children of a place those given, by changing what differs.
export function show(place, ...children) {
  const fresh = document.createElement(place.nodeName);
  fresh.append(...children.flat(Infinity).filter(Boolean));
  morphChildren(place, fresh);
}

function morph(from, to) {
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  for (const { name, value } of [...to.attributes]) {
    if (name === "style") {
      if (from.style.cssText !== to.style.cssText) from.style.cssText = to.style.cssText;
    } else if (from.getAttribute(name) !== value && !(name === "open" && from.nodeName === "DETAILS")) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(name === "open" && from.nodeName === "DETAILS")) from.removeAttribute(name);
  }
  for (const kind of Object.keys({ ...from.handlers, ...to.handlers })) from["on" + kind] = to.handlers?.[kind] || null;
  from.handlers = to.handlers;
  if (from.hasAttribute("data-own")) return; // its content is its own affair
  morphChildren(from, to);
  if (from.nodeName === "SELECT" && from !== document.activeElement) from.value = to.value;
}

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.getAttribute("data-key") : null);

function morphChildren(from, to) {
  const keyed = new Map();
  for (const node of from.childNodes) if (keyOf(node)) keyed.set(keyOf(node), node);
  let at = from.firstChild;
  for (const next of [...to.childNodes]) {
    const key = keyOf(next);
    let same = key ? keyed.get(key) : at;
    if (same && !key && (keyOf(same) || same.nodeName !== next.nodeName)) same = null;
    if (same && same.nodeName !== next.nodeName) same = null;
    if (!same) {
      from.insertBefore(next, at);
      continue;
    }
    keyed.delete(key);
    if (same === at) at = at.nextSibling;
    else from.insertBefore(same, at);
    morph(same, next);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

let quiet = 0;

// say tells of something that was done, on the screen and to screen readers.
export function say(text, bad = false) {
  const place = document.getElementById("said");
  clearTimeout(quiet);
  place.replaceChildren(h("p", { class: bad ? "bad" : "" }, text));
  quiet = setTimeout(() => place.replaceChildren(), bad ? 12000 : 6000);
}

let ids = 0;
export const fresh = (name) => `${name}-${++ids}`;
