import { ArgumentError } from '../errors.js';

/** Gives a package that not every user needs, or an error that says how to get it. */
export async function optional<T>(where: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new ArgumentError(where, `expected the package ${name}: run npm install ${name} (${cause})`);
  }
}
