import { existsSync, readFileSync } from 'node:fs';

/** The finished trainings of a study, one a line of its file; none where there is no file yet. */
export function trainingsIn<Run>(file: string): Run[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}
