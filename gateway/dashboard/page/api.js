// The admin interface, by way of the dashboard's session.

const header = "X-Dashboard-Token", stored = "multiaccount-dashboard";

// Lost is thrown when there is no session any more.
export class Lost extends Error {}

export const hasSession = () => localStorage.getItem(stored) !== null;
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

export async function logOut() {
  await fetch("/dashboard/session", { method: "DELETE", headers: headers() }).catch(() => {});
  forget();
}

const headers = () => ({ [header]: localStorage.getItem(stored) || "" });

async function send(path, options = {}) {
  const resp = await fetch("/dashboard/api" + path, { ...options, headers: { ...headers(), ...options.headers } });
  if (resp.ok) return resp;
  const body = await resp.json().catch(() => ({}));
  if (resp.status === 401) {
    forget();
    throw new Lost(body.detail);
  }
  const error = new Error(body.detail || `the gateway answered with status ${resp.status}`);
  error.code = body.code;
  throw error;
}

// get and change return what the answer holds.
export const get = async (path, options) => (await send(path, options)).json();

export async function change(method, path, body) {
  const resp = await send(path, {
    method, body: body === undefined ? undefined : JSON.stringify(body),
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
  });
  return resp.status === 204 ? null : resp.json();
}

// events calls back for each event, until signal is aborted or the stream ends.
export async function events(last, signal, opened, each) {
  const resp = await send("/events", { signal, headers: last ? { "Last-Event-ID": last } : {} });
  opened();
  const reader = resp.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) read(block, each);
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
