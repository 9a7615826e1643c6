import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/**
 * Calls each with each line of JSON that a program prints. What is no JSON is left out:
 * a later version may say more.
 */
export function readLines(from: Readable, each: (value: unknown) => void): void {
  createInterface({ input: from, crlfDelay: Infinity }).on("line", (line) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return;
    }
    each(value);
  });
}
