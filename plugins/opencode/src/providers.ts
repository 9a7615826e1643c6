import type { Gateway, Place } from "./gateway.js";

/** A provider of OpenCode's that the gateway serves, and its path there. */
export type ProviderID = "anthropic" | "openai";

export const providers: readonly ProviderID[] = ["anthropic", "openai"];

/** What OpenCode needs to send a provider's requests to the gateway. */
export interface ProviderOptions {
  baseURL: string;
  apiKey: string;
  /** It takes the place of OpenCode's own, which sends a ChatGPT login past any base URL. */
  fetch: typeof fetch;
}

export function optionsOf(id: ProviderID, gateway: Gateway, place: Place): ProviderOptions {
  return { baseURL: baseURL(id, place), apiKey: place.token, fetch: following(gateway, place) };
}

export function baseURL(id: ProviderID, place: Place): string {
  return `${place.address}/${id}/v1`;
}

/** How long the end of a gateway takes to be told, once it refuses connections. */
const endTime = 200;

/**
 * Returns a fetch that follows the gateway: one that had to be started again has
 * another address and another token than those in OpenCode's settings.
 */
function following(gateway: Gateway, known: Place): typeof fetch {
  const follow = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const before = await gateway.connect();
    try {
      return await send(input, init, known, before);
    } catch (error) {
      if (init?.signal?.aborted) throw error;
      await new Promise((later) => setTimeout(later, endTime));
      const now = await gateway.connect();
      if (now === before) throw error;
      return send(input, init, known, now);
    }
  };
  return follow as typeof fetch;
}

/** Sends a request, which was made for one place, to another. */
function send(input: RequestInfo | URL, init: RequestInit | undefined, made: Place, now: Place): Promise<Response> {
  if (now === made) return fetch(input, init);
  const { url, headers } = new Request(input, { ...init, body: null });
  for (const [name, value] of [...headers]) headers.set(name, value.replace(made.token, now.token));
  return fetch(url.replace(made.address, now.address), { ...init, headers });
}
