// The page itself: who is logged in, which page shows, what is new.

import { h, say, show } from "./dom.js";
import { events, get, hasSession, logIn, logOut, onSession, Away, Lost } from "./api.js";
import { known, mostEvents } from "./state.js";
import { now, phrase } from "./words.js";
import { theme } from "./theme.js";
import * as accounts from "./accounts.js";
import * as usage from "./usage.js";
import * as happened from "./events.js";
import * as decisions from "./decisions.js";
import * as clients from "./clients.js";
import * as settings from "./settings.js";

const pages = { accounts, usage, events: happened, decisions, clients, settings };
const titles = { accounts: "Accounts", usage: "Usage", events: "Events", decisions: "Decisions", clients: "Clients", settings: "Settings" };
const place = document.getElementById("main"), nav = document.getElementById("nav"), link = document.getElementById("link"), leave = document.getElementById("leave");

// How often what no event tells of is asked for, and how soon after an event.
const every = 5000, soon = 250, tryAgain = 2000;

const current = () => (pages[location.hash.slice(1)] ? location.hash.slice(1) : "accounts");

function draw() {
  if (!hasSession()) return;
  const page = current();
  for (const a of nav.querySelectorAll("a")) {
    if (a.hash !== `#${page}`) a.removeAttribute("aria-current");
    else if (!a.hasAttribute("aria-current")) {
      a.setAttribute("aria-current", "page");
      nav.scrollLeft = a.offsetLeft - nav.clientWidth / 2; // on a phone not all links fit
    }
  }
  document.title = `${titles[page]} · multiaccount`;
  if (!known.pools) return show(place, h("p.soft", {}, "looking …"));
  show(place, known.trouble && h("p.trouble", { role: "alert" }, known.trouble), pages[page].view(refresh, draw));
  pages[page].drawn?.(place);
}

let looking = null, next = null;

// refresh asks for what the page shows, once at a time: who calls it meanwhile waits for
// the look after.
function refresh() {
  if (!looking) return (looking = look().finally(() => (looking = null)));
  return (next ||= looking.then(() => ((next = null), refresh())));
}

// look asks for what the page shows. What cannot be had stays as it was.
async function look() {
  try {
    const [pools, all, health] = await Promise.all([get("/pools"), get("/accounts"), get("/health"), pages[current()].load?.()]);
    Object.assign(known, { pools, accounts: all, health, trouble: "" });
    connected(true);
  } catch (error) {
    if (error instanceof Lost) return lost();
    if (error instanceof Away) connected(false);
    else known.trouble = error.message;
  }
  draw();
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

let due = 0;

function refreshSoon() {
  due ||= setTimeout(() => ((due = 0), refresh()), soon);
}

function connected(is) {
  if (!hasSession()) return; // what was under way has come to its end
  link.hidden = false;
  if (link.classList.contains("lost") === !is && link.textContent) return;
  link.classList.toggle("lost", !is);
  link.textContent = is ? "live" : "no connection to the gateway; trying again";
}

// Events that their owner should hear of, also without looking.
const heard = ["login_rejected", "verification_required", "owner_needed", "account_quarantined", "overage_blocked", "settings_rejected"];

// opened is since when events are news, not history; last is the id of the latest.
let opened = null, last = "start", stream = null;

async function listen() {
  stream?.abort();
  const mine = (stream = new AbortController());
  while (!mine.signal.aborted && hasSession()) {
    try {
      await events(last, mine.signal, () => (connected(true), refreshSoon()), (id, e) => {
        last = id || last;
        note(e);
      });
    } catch (error) {
      if (error instanceof Lost) return lost();
    }
    if (mine.signal.aborted) return;
    connected(false);
    await new Promise((go) => setTimeout(go, tryAgain));
  }
}

let keys = 0, drawing = 0;

function note(e) {
  if (e.event === "events_dropped" && !e.count) return; // there is no older event
  known.events.unshift({ ...e, key: `e${++keys}`, heard: now().toISOString() });
  known.events.length = Math.min(known.events.length, mostEvents);
  if (heard.includes(e.event) && new Date(e.at) > opened) say(`${phrase(e).who} ${phrase(e).text}`, true);
  cancelAnimationFrame(drawing);
  if (["accounts", "events"].includes(current())) drawing = requestAnimationFrame(draw);
  if (e.event !== "usage_updated") refreshSoon();
}

// gate is what shows without a session.
function gate(why) {
  stream?.abort();
  opened = null;
  clearInterval(timer);
  for (const el of [nav, leave, link]) el.hidden = true;
  document.title = "multiaccount";
  for (const box of document.querySelectorAll("dialog")) box.close();
  show(place, h("section.card.gate", {}, h("h1", {}, "This dashboard is opened by a link"), h("p", {}, why || "On the machine of the gateway, have one made:"),
    h("pre", { tabindex: "0" }, h("code", {}, "multiaccount dashboard")), h("p.soft", {}, "The link works once, for five minutes.")));
}

// lost says that the session has ended, unless the page says already that this was asked
// for, or another window has begun one.
function lost() {
  if (hasSession()) return location.reload();
  if (!place.querySelector(".gate")) gate("You are not logged in, or the gateway was started again. For a new link, on its machine:");
}

const loggedOut = () => gate("You are logged out. For a new link, on the machine of the gateway:");

let timer = 0;

async function start() {
  for (const el of [nav, leave]) el.hidden = false;
  draw();
  await refresh();
  if (!hasSession()) return;
  opened = now();
  listen();
  timer = setInterval(() => document.visibilityState === "visible" && refresh(), every);
}

async function begin() {
  theme(draw);
  const secret = /^#login=(.+)$/.exec(location.hash)?.[1];
  if (secret) {
    history.replaceState(null, "", "/#accounts"); // the secret does not stay in the address
    try {
      await logIn(secret);
    } catch (error) {
      if (!hasSession()) return gate(sentence(error.message));
      say(error.message, true);
    }
  }
  if (!hasSession()) return gate();
  await start();
}

leave.onclick = async () => {
  await logOut();
  loggedOut();
};
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#login=")) return location.reload();
  if (!hasSession() || !pages[location.hash.slice(1)]) return;
  for (const box of document.querySelectorAll("dialog")) box.close();
  draw();
  place.focus({ preventScroll: true });
  scrollTo(0, 0);
  refresh();
});
// A browser has few connections to a gateway: a window that nobody looks at gives its stream back.
document.addEventListener("visibilitychange", () => {
  if (!opened || !hasSession()) return;
  if (document.visibilityState === "hidden") return stream?.abort();
  listen();
  refresh();
});
onSession((token) => {
  if (token === "") loggedOut();
  else if (token === null) lost();
  else if (!opened) location.reload();
});
addEventListener("resize", () => pages[current()].drawn?.(place));
begin();
