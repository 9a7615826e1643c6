import { variables } from "./command.js";
import { ChildGateway, running, type Gateway } from "./gateway.js";
import { findProgram } from "./program.js";
import { withoutProxy } from "./proxy.js";

/** What the owner may say of the plugin in OpenCode's settings. */
export interface Options {
  /** The program multiaccount. */
  binary?: string;
  /** A gateway that runs, and a token for it; also MULTIACCOUNT_GATEWAY_URL and _TOKEN, as "multiaccount run" sets them. */
  url?: string;
  token?: string;
  /** No toasts when false. */
  toasts?: boolean;
}

/** The gateway that all projects of this process use, and how many do. */
let shared: { gateway: Gateway; users: number } | undefined;

/** Returns the gateway of this process. Each call needs one of release. */
export function acquire(options: Options): Gateway {
  shared ??= { gateway: choose(options), users: 0 };
  shared.users++;
  return shared.gateway;
}

export function release(): void {
  if (!shared || --shared.users > 0) return;
  shared.gateway.close();
  shared = undefined;
}

function choose(options: Options): Gateway {
  const address = options.url || process.env[variables.url];
  const token = options.token || process.env[variables.token];
  withoutProxy(address || "http://127.0.0.1");
  if (!address) return new ChildGateway(findProgram(options.binary));
  if (!token) throw new Error(`there is a gateway at ${address} and no token for it in ${variables.token}: "multiaccount clients add opencode" makes one`);
  return running({ address: address.replace(/\/+$/, ""), token });
}
