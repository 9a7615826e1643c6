import { spawn, type ChildProcess } from "node:child_process";
import { complaint, environment } from "./command.js";
import { readLines } from "./lines.js";

/** Where a gateway serves, and the token that it wants. */
export interface Place {
  address: string;
  token: string;
}

/** An event of the pool, as docs/events.md has them. */
export interface PoolEvent {
  event: string;
  provider?: string;
  account?: string;
  label?: string;
  [field: string]: unknown;
}

/** A gateway that requests can be sent to. */
export interface Gateway {
  /** Returns where it serves, and starts it when it does not. */
  connect(): Promise<Place>;
  /** Calls each for each event, until the function that it returns is called. */
  listen(each: (event: PoolEvent) => void): () => void;
  /** Ends it, unless others use it. */
  close(): void;
}

/** A gateway that runs already. It tells of no events. */
export function running(place: Place): Gateway {
  return { connect: async () => place, listen: () => () => {}, close: () => {} };
}

/** How long a gateway that was told to end has for requests under way. */
const drainTime = "5s";
/** How much of what it says on standard error is kept. */
const kept = 4096;

/**
 * A gateway that is a child of this process. It ends when its standard input is closed,
 * which the kernel does when this process dies, however that happens.
 */
export class ChildGateway implements Gateway {
  private child: ChildProcess | undefined;
  private place: Promise<Place> | undefined;
  private readonly listeners = new Set<(event: PoolEvent) => void>();

  constructor(private readonly program: string) {}

  connect(): Promise<Place> {
    this.place ??= this.start();
    return this.place;
  }

  listen(each: (event: PoolEvent) => void): () => void {
    this.listeners.add(each);
    return () => this.listeners.delete(each);
  }

  close(): void {
    this.child?.stdin?.end();
    this.forget(this.child);
  }

  private start(): Promise<Place> {
    const args = ["serve", "--listen", "127.0.0.1:0", "--handshake", "--stdin-exit", "--drain-timeout", drainTime];
    const child = spawn(this.program, [...args, "--client", "opencode", "--events"], { stdio: ["pipe", "pipe", "pipe"], env: environment(), windowsHide: true });
    this.child = child;
    let errors = "";
    child.stderr.on("data", (text: Buffer) => (errors = (errors + text.toString()).slice(-kept)));
    child.stdin.on("error", () => {}); // it has ended, which "exit" tells
    return new Promise((served, failed) => {
      const end = (why: string) => {
        this.forget(child);
        failed(new Error(`the gateway did not start: ${complaint(errors) || why}`));
      };
      child.on("error", (error) => end(error.message));
      child.on("exit", (code, signal) => end(`it ended with ${signal ?? code}`));
      readLines(child.stdout, (line) => {
        if (isPlace(line)) {
          letGo(child);
          served(line);
        } else if (isEvent(line)) {
          for (const each of this.listeners) each(line);
        }
      });
    });
  }

  /** The next request starts another one. */
  private forget(child: ChildProcess | undefined): void {
    if (this.child !== child) return;
    this.child = undefined;
    this.place = undefined;
  }
}

/** Lets this process end while the child runs: the child ends then, too. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as { unref?: () => void } | null)?.unref?.();
}

function isPlace(line: unknown): line is Place {
  const { address, token } = line as Partial<Place>;
  return typeof address === "string" && typeof token === "string";
}

function isEvent(line: unknown): line is PoolEvent {
  return typeof (line as Partial<PoolEvent>).event === "string";
}
