import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { complaint, environment } from "./command.js";
import { readLines } from "./lines.js";

/** A step of a login, as "multiaccount login --steps" prints it. */
export interface Step {
  step: "browse" | "device" | "paste" | "done";
  url?: string;
  complete_url?: string;
  user_code?: string;
  copy?: "code" | "address";
  problem?: string;
  account?: { label: string };
}

/** The ways to log in, with the flags that choose them. */
export const ways = { browser: [], device: ["--device"], paste: ["--no-browser"] } as const;

/** A login that goes on in a process of its own, which ends with this one. */
export class Login {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly steps: Step[] = [];
  private waiting: ((step: Step | undefined) => void) | undefined;
  private ended = false;
  private errors = "";

  constructor(program: string, provider: string, way: keyof typeof ways) {
    this.child = spawn(program, ["login", provider, "--steps", ...ways[way]], { env: environment(), windowsHide: true });
    this.child.stdin.on("error", () => {}); // it has ended, which "close" tells
    this.child.stderr.on("data", (text: Buffer) => (this.errors += text.toString()));
    readLines(this.child.stdout, (step) => this.arrive(step as Step));
    this.child.on("error", (error) => (this.errors ||= error.message));
    this.child.on("close", () => {
      this.ended = true;
      this.arrive(undefined);
    });
  }

  /** Returns the next step. The error says why there is none. */
  async next(): Promise<Step> {
    const step = this.steps.shift() ?? (this.ended ? undefined : await new Promise<Step | undefined>((done) => (this.waiting = done)));
    if (!step) throw new Error(complaint(this.errors) || "the login ended");
    return step;
  }

  /** Answers the step "paste". */
  answer(text: string): void {
    this.child.stdin.write(text.replaceAll(/\s+/g, "") + "\n");
  }

  /** Ends it. */
  end(): void {
    this.child.stdin.end();
    this.child.kill();
  }

  private arrive(step: Step | undefined): void {
    const waiting = this.waiting;
    this.waiting = undefined;
    if (waiting) waiting(step);
    else if (step) this.steps.push(step);
  }
}
