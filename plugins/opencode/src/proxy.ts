/** The variables with the hosts that no proxy is asked for; some programs read one of them, some the other. */
const names = ["NO_PROXY", "no_proxy"];

/**
 * Keeps this process from asking a proxy for a gateway on this machine, which would get
 * its token. A gateway elsewhere may be behind the proxy.
 */
export function withoutProxy(address: string, env: NodeJS.ProcessEnv = process.env): void {
  const host = new URL(address).hostname;
  if (host !== "localhost" && host !== "[::1]" && !host.startsWith("127.")) return;
  const hosts = names.flatMap((name) => env[name]?.split(/[\s,]+/) ?? []).filter(Boolean);
  if (hosts.includes("*")) return;
  if (!hosts.includes(host)) hosts.push(host);
  for (const name of names) env[name] = [...new Set(hosts)].join(",");
}
