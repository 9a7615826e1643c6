// Times, numbers, states and events in words: those of the terminal.

const ms = { d: 86400e3, h: 3600e3, m: 60e3 };

// wait is a length of time by its two greatest units: "2h 14m".
export function wait(length) {
  const seconds = Math.ceil(Math.max(0, length) / 1000);
  if (seconds < 60) return `${seconds}s`;
  let rest = Math.floor(seconds / 60) * 60e3;
  const parts = [];
  for (const unit of ["d", "h", "m"]) {
    const n = Math.floor(rest / ms[unit]);
    if (n > 0) parts.push(`${n}${unit}`);
    rest -= n * ms[unit];
  }
  return parts.slice(0, 2).join(" ");
}

// exactly is a length of time to the millisecond: "1m 30s".
export function exactly(length) {
  const units = [["d", ms.d], ["h", ms.h], ["m", ms.m], ["s", 1000], [" ms", 1]], parts = [];
  for (const [unit, size] of units) {
    if (length >= size) parts.push(`${Math.floor(length / size)}${unit}`);
    length %= size;
  }
  return parts.join(" ") || "0";
}

let ahead = 0;

// setClock takes the gateway's time for the time: the browser's clock may be wrong.
export function setClock(date) {
  const off = Date.parse(date) - Date.now();
  if (Math.abs(off - ahead) > 5000) ahead = Math.abs(off) > 5000 ? off : 0;
}

// now is what time it is at the gateway.
export const now = () => new Date(Date.now() + ahead);

const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate(), 12).getTime();

// clock is a moment in local time; another day is named, and a far one dated.
export function clock(at) {
  const days = Math.round((midnight(at) - midnight(now())) / ms.d);
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (days === 0) return time;
  const day = at.toLocaleDateString("en-GB", days > 0 && days < 6 ? { weekday: "short" } : { weekday: "short", day: "numeric", month: "short" });
  return `${day} ${time}`;
}

// when says how long it is until a moment, and which that is: "in 2h 14m (16:40)".
export const when = (at) => `in ${wait(at - now())} (${clock(at)})`;
export const ago = (at) => `${wait(now() - at)} ago`;
export const exact = (at) => at.toLocaleTimeString("en-GB");

const plain = new Intl.NumberFormat("en"), short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
export const number = (n) => plain.format(n);
export const brief = (n) => short.format(n);
// money has four digits behind the point where two would say nothing.
export const money = (n, currency) => `${n.toFixed(n > 0 && n < 1 ? 4 : 2)}${currency ? ` ${currency}` : ""}`;
export const count = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;
export const seconds = (ms) => (ms === 0 ? "" : ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

export const stateWord = (state) => (state === "login_lost" ? "login lost" : state);

// providerWord is a provider as people write it.
export const providerWord = (name) => ({ anthropic: "Anthropic", openai: "OpenAI" })[name] || name;

const span = (e) => (e.until ? ` for ${wait(new Date(e.until) - (e.at ? new Date(e.at) : now()))}` : "");
const because = (reason) => (reason ? ` (${reason})` : "");

const phrases = {
  account_joined: (e) => (e.known ? ["has a new login", "good"] : ["was added", "good"]),
  account_left: () => ["was removed", "warn"],
  account_switched: (e) => (e.enabled ? ["was enabled", "good"] : ["was disabled", ""]),
  account_cooled: (e) => [`is limited${e.model ? ` for ${e.model}` : ""}${span(e)}${because(e.reason)}`, "warn"],
  overage_blocked: (e) => [`rests, for going on would cost money${because(e.reason)}`, "warn"],
  owner_needed: (e) => [`needs its owner${because(e.reason)}`, "bad"],
  login_refreshed: () => ["has a new token", "good"],
  login_rejected: (e) => [`has to log in again: ${e.reason}`, "bad"],
  refresh_failed: (e) => [`got no new token: ${e.reason}`, "warn"],
  verification_required: (e) => [`must visit ${e.url}`, "bad"],
  usage_updated: (e) => [`has used ${e.windows.map((w) => `${Math.round(w.utilization_percent)} % of ${w.name}`).join(", ")}`, ""],
  pool_paused: (e) => [`several accounts share a limit${span(e)}${because(e.reason)}`, "warn"],
  pool_resumed: () => ["all accounts serve again", "good"],
  circuit_opened: (e) => [`is in trouble${because(e.reason)}`, "bad"],
  circuit_closed: () => ["answers again", "good"],
  conversation_moved: (e) => [`took over a conversation${e.from_provider ? ` from ${providerWord(e.from_provider)}` : ""}: ${e.reason}`, ""],
  decision_made: (e) => (e.reason ? [`turned a request away: ${e.reason}`, "warn"] : ["took over a request that failed elsewhere", ""]),
  stream_failed: (e) => [`a stream failed${because(e.class)}`, "warn"],
  stream_cut: () => ["a stream was cut", "warn"],
  account_quarantined: (e) => [`its file cannot be read: ${e.reason}`, "bad"],
  save_failed: (e) => [`is not stored: ${e.reason}`, "bad"],
  settings_changed: (e) => [`the settings have changed: ${(e.keys || []).join(", ")}`, "good"],
  settings_rejected: (e) => [`the settings cannot be used, and are as before: ${e.reason}`, "bad"],
  events_dropped: (e) => [e.count ? `${count(e.count, "event was", "events were")} missed` : "some events were missed", ""],
};

// phrase puts an event into words, and says how it is meant.
export function phrase(e) {
  const [text, tone] = (phrases[e.event] || (() => [e.event.replaceAll("_", " "), ""]))(e);
  return { who: e.label || providerWord(e.provider) || "multiaccount", text, tone };
}

// kinds are the events by what they are about.
export const kinds = {
  limits: ["account_cooled", "overage_blocked", "pool_paused", "pool_resumed", "usage_updated"],
  logins: ["login_refreshed", "login_rejected", "refresh_failed", "verification_required", "owner_needed"],
  accounts: ["account_joined", "account_left", "account_switched", "account_quarantined", "save_failed", "settings_changed", "settings_rejected"],
  requests: ["conversation_moved", "decision_made", "stream_failed", "stream_cut", "circuit_opened", "circuit_closed", "events_dropped"],
};
