// Fills a folder, npm/ unless another is named, with the packages to publish: one for each platform, with the program, and
// the plugin, which depends on them by its own version.
//
//	node scripts/pack.mjs FOLDER [npm]
//
// FOLDER has what goreleaser builds: multiaccount_linux_amd64_v1/multiaccount and so on.
import { chmod, cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** How Go and Node call the systems and processors. */
const systems = { linux: "linux", darwin: "darwin", windows: "win32" };
const processors = { amd64: "x64", arm64: "arm64" };

const [built, to = "npm"] = process.argv.slice(2);
if (!built) throw new Error("name the folder with the programs, as in: node scripts/pack.mjs ../../dist");
const plugin = JSON.parse(await readFile("package.json", "utf8"));
await rm(to, { recursive: true, force: true });

const packed = {};
for (const folder of await readdir(built)) {
  const [, system, processor] = /^multiaccount_([a-z]+)_([a-z0-9]+)/.exec(folder) ?? [];
  if (systems[system] && processors[processor]) packed[await packProgram(folder, systems[system], processors[processor])] = plugin.version;
}
if (Object.keys(packed).length === 0) throw new Error(`${built} has no folder such as multiaccount_linux_amd64_v1`);
await packPlugin(packed);
console.log(["opencode-multiaccount", ...Object.keys(packed)].map((name) => join(to, name)).join("\n"));

async function packProgram(folder, os, cpu) {
  const name = `opencode-multiaccount-${os}-${cpu}`;
  const file = os === "win32" ? "multiaccount.exe" : "multiaccount";
  await mkdir(join(to, name, "bin"), { recursive: true });
  await cp(join(built, folder, file), join(to, name, "bin", file));
  await chmod(join(to, name, "bin", file), 0o755);
  const { version, license, repository } = plugin;
  const description = `The program of opencode-multiaccount for ${os} on ${cpu}`;
  await finish(name, { name, version, description, license, repository, os: [os], cpu: [cpu], files: ["bin"], preferUnplugged: true });
  return name;
}

async function packPlugin(programs) {
  const { devDependencies: _, scripts: __, ...kept } = plugin;
  await mkdir(join(to, plugin.name), { recursive: true });
  await cp("dist", join(to, plugin.name, "dist"), { recursive: true });
  await cp("README.md", join(to, plugin.name, "README.md"));
  await finish(plugin.name, { ...kept, optionalDependencies: programs });
}

async function finish(name, text) {
  await writeFile(join(to, name, "package.json"), JSON.stringify(text, null, 2) + "\n");
  await cp("LICENSE", join(to, name, "LICENSE"));
}
