import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { variables } from "./command.js";

/** The package that brings the program for a platform; it is an optional dependency. */
export function platformPackage(platform: string, arch: string): string {
  return `opencode-multiaccount-${platform}-${arch}`;
}

/** What the search for the program looks at; tests give their own. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  platform: string;
  arch: string;
  /** Finds a file of an installed package; it throws when there is none. */
  resolve: (file: string) => string;
}

const here: Surroundings = {
  env: process.env,
  platform: process.platform,
  arch: process.arch,
  resolve: (file) => createRequire(import.meta.url).resolve(file),
};

/**
 * Returns the path of the program multiaccount: the one that the owner names, the one
 * that was installed with this plugin, or the one on the path, in this order.
 */
export function findProgram(named: string | undefined, at: Surroundings = here): string {
  const chosen = named || at.env[variables.binary];
  if (chosen) return chosen;
  const file = at.platform === "win32" ? "multiaccount.exe" : "multiaccount";
  const found = installed(file, at) ?? onPath(file, at);
  if (found) return found;
  throw new Error(
    "the program multiaccount is not installed: install the package " +
      `${platformPackage(at.platform, at.arch)}, put multiaccount on the path, or name it in ${variables.binary}`,
  );
}

function installed(file: string, at: Surroundings): string | undefined {
  try {
    return at.resolve(`${platformPackage(at.platform, at.arch)}/bin/${file}`);
  } catch {
    return undefined;
  }
}

function onPath(file: string, at: Surroundings): string | undefined {
  const folders = (at.env["PATH"] ?? at.env["Path"] ?? "").split(delimiter);
  return folders.filter(Boolean).map((folder) => join(folder, file)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
