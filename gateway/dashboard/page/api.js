// The admin interface, by way of the dashboard's session.

import { setClock } from "./words.js";

const header = "X-Dashboard-Token", stored = "multiaccount-dashboard";

// Lost is thrown when the session has ended, Away when the gateway does not answer.
export class Lost extends Error {}
export class Away extends Error {}

// How long an answer may take, and how long a stream may say nothing: it has a comment each 15 seconds.
const longest = 60000, quietest = 45000;

// What is stored is the token of the session: empty once a window has logged out, and
// nothing once the gateway has refused it.
export const hasSession = () => Boolean(localStorage.getItem(stored));
// onSession calls back with what another window of the browser has stored, null for nothing.
export const onSession = (changed) => addEventListener("storage", (event) => event.key === stored && changed(event.newValue));
const forget = () => localStorage.removeItem(stored);

// logIn uses the secret of a link up.
export async function logIn(secret) {
  const resp = await fetch("/dashboard/session", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ secret }),
  });
  const body = await resp.json();
  if (!resp.ok) throw new Error(body.detail);
  localStorage.setItem(stored, body.token);
}

// logOut tells the other windows first: they would take the end that the gateway tells
// them for one that nobody asked for.
export async function logOut() {
  const session = headers();
  localStorage.setItem(stored, "");
  await fetch("/dashboard/session", { method: "DELETE", headers: session }).catch(() => {});
}

const headers = () => ({ [header]: localStorage.getItem(stored) || "" });

function away(error) {
  throw error.name === "AbortError" ? error : new Away("the gateway does not answer; see whether it runs, and try again");
}

async function send(path, options = {}) {
  const session = headers();
  const resp = await fetch("/dashboard/api" + path, { signal: AbortSignal.timeout(longest), ...options, headers: { ...session, ...options.headers } }).catch(away);
  setClock(resp.headers.get("Date"));
  if (resp.ok) return resp;
  const body = await resp.json().catch(() => ({}));
  if (resp.status === 401) {
    if (headers()[header] === session[header]) forget(); // not one that another window has begun meanwhile
    throw new Lost(body.detail);
  }
  const error = new Error(body.detail || `the gateway answered with status ${resp.status}`);
  error.code = body.code;
  throw error;
}

// get and change return what the answer holds.
export const get = async (path, options) => (await send(path, options)).json().catch(away);

// tagged returns an answer with its version, which a change can name as headers.
export async function tagged(path) {
  const resp = await send(path);
  return { ...(await resp.json().catch(away)), version: { "If-Match": resp.headers.get("ETag") } };
}

export async function change(method, path, body, more = {}) {
  const resp = await send(path, {
    method, body: body === undefined ? undefined : JSON.stringify(body),
    headers: body === undefined ? more : { "Content-Type": "application/json", ...more },
  });
  return resp.status === 204 ? null : resp.json().catch(away);
}

// events calls back for each event, until signal is aborted, or the stream ends or is dead.
export async function events(last, signal, opened, each) {
  const quiet = new AbortController();
  let dead = setTimeout(() => quiet.abort(), quietest);
  try {
    const resp = await send("/events", { signal: AbortSignal.any([signal, quiet.signal]), headers: { "Last-Event-ID": last } });
    opened();
    const reader = resp.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(dead);
      dead = setTimeout(() => quiet.abort(), quietest);
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) read(block, each);
    }
  } finally {
    clearTimeout(dead);
  }
}

function read(block, each) {
  let id = "", data = "";
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("id:")) id = line.slice(3).trim();
    if (line.startsWith("data:")) data += line.slice(5).trim();
  }
  if (data) each(id, JSON.parse(data));
}
