import type { PoolEvent } from "./gateway.js";

export interface Toast {
  message: string;
  variant: "info" | "success" | "warning" | "error";
}

/** Returns what the user is told of an event; nothing for most. */
export function toastOf(event: PoolEvent): Toast | undefined {
  const who = text(event.label) || text(event.account) || "an account";
  const why = text(event["reason"]);
  switch (event.event) {
    case "conversation_moved":
      return { variant: "info", message: `Now on ${who}${since(why)}.` };
    case "account_cooled":
      return { variant: "warning", message: `${who} is limited${forModel(event)}${until(event["until"])}.` };
    case "pool_paused":
      return { variant: "warning", message: `All ${text(event.provider)} accounts met one limit${until(event["until"])}.` };
    case "circuit_opened":
      return { variant: "warning", message: `${text(event.provider)} is in trouble; it is asked again${at(event["retry_at"])}.` };
    case "login_rejected":
      return { variant: "error", message: `${who} has to log in again: opencode auth login.` };
    case "account_quarantined":
      return { variant: "error", message: `The file of ${who} cannot be read: multiaccount doctor.` };
    case "verification_required":
      return { variant: "error", message: `${text(event.provider)} wants ${who} to visit ${text(event["url"])}` };
    case "owner_needed":
      return { variant: "error", message: `${who} needs its owner${since(why)}.` };
    case "overage_blocked":
      return { variant: "warning", message: `${who} rests${until(event["until"])}: more use would cost money.` };
  }
  return undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function since(reason: string): string {
  return reason && `: ${reason}`;
}

function forModel(event: PoolEvent): string {
  const model = text(event["model"]);
  return model && ` for ${model}`;
}

function until(moment: unknown): string {
  const when = clock(moment);
  return when && ` until ${when}`;
}

function at(moment: unknown): string {
  const when = clock(moment);
  return when && ` at ${when}`;
}

/** A day's milliseconds: a moment that is further away has its date. */
const day = 24 * 3600 * 1000;

function clock(moment: unknown): string {
  const when = new Date(text(moment));
  const left = when.getTime() - Date.now();
  if (Number.isNaN(left)) return "";
  const time = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return left < day ? time : `${when.toLocaleDateString()} ${time}`;
}

/** How long the same toast is not shown again: ten sub-agents move at once. */
const quiet = 60_000;

/** Returns a function that shows the toasts of events, each once in a while. */
export function toaster(show: (toast: Toast) => void, now: () => number = Date.now): (event: PoolEvent) => void {
  const shown = new Map<string, number>();
  return (event) => {
    const toast = toastOf(event);
    if (!toast) return;
    const last = shown.get(toast.message);
    if (last !== undefined && now() - last < quiet) return;
    for (const [message, when] of shown) if (now() - when >= quiet) shown.delete(message);
    shown.set(toast.message, now());
    show(toast);
  };
}
