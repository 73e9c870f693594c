/**
 * Takes out of package.json what a checkout needs and an installed package does not, while npm packs it: a package with a
 * `prepare` script makes npm warn of a build when it is installed. npm packs package.json as it lies there, so that there
 * is no other place for this.
 */
import { spawn } from 'node:child_process';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const FILE = 'package.json';
const SAVED = 'package.json.saved';
/** How long npm may take to pack, in ms. */
const PATIENCE = 10_000;

/** Each change is one step that is done or not: whatever is killed, one of the two files is whole. */
function strip(): void {
  restore();
  linkSync(FILE, SAVED);
  const { scripts: _scripts, devDependencies: _devDependencies, ...packed } = JSON.parse(readFileSync(FILE, 'utf8'));
  writeFileSync(`${FILE}.packed`, `${JSON.stringify(packed, null, 2)}\n`);
  renameSync(`${FILE}.packed`, FILE);
  // npm calls `restore` when it has packed, unless it is killed.
  const guard = [...process.execArgv, process.argv[1], 'guard'];
  spawn(process.execPath, guard, { detached: true, stdio: 'ignore' }).unref();
}

function restore(): void {
  if (!existsSync(SAVED)) return;
  const isStripped = !('scripts' in JSON.parse(readFileSync(FILE, 'utf8')));
  if (isStripped) renameSync(SAVED, FILE);
  else rmSync(SAVED); // Somebody has restored it otherwise, and may have changed it since.
}

async function guard(): Promise<void> {
  for (const end = Date.now() + PATIENCE; Date.now() < end && existsSync(SAVED); ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  restore();
}

const actions: Record<string, () => void | Promise<void>> = { strip, restore, guard };
await actions[process.argv[2]]();
