// What the page knows.

export const known = {
  pools: null, // null until they are read
  accounts: [],
  clients: null,
  health: null,
  settings: null,
  events: [], // the latest first
  lost: false, // the gateway does not answer
};

export const mostEvents = 500;

export const account = (id) => known.accounts.find((a) => a.id === id);
export const pool = (provider) => known.pools?.find((p) => p.provider === provider);
