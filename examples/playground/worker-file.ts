import type { Plugin, Rolldown } from 'vite';

const SOURCE = 'src/worker/worker.ts';

/**
 * Builds the worker in one go with the page, so that both load one and the same engine: half the page's weight. Vite's own
 * way bundles every worker apart. The page finds it by a link, for its name has a hash.
 */
export function workerFile(): Plugin {
  return {
    name: 'worker-file',
    config: (_, { command }) => ({
      build: {
        rolldownOptions: {
          input: command === 'build' ? ['index.html', SOURCE].map(resolved) : undefined,
          output: { codeSplitting: PAGE_FILE },
        },
        // What the worker loads later needs no links in a document: it has none.
        modulePreload: { resolveDependencies: (_, needed, { hostId }) => (/worker/.test(hostId) ? [] : needed) },
      },
    }),
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle }) {
        const built = Object.values(bundle ?? {}).find(
          (file) => file.type === 'chunk' && file.isEntry && file.facadeModuleId?.endsWith(SOURCE),
        );
        return [
          {
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: '', id: 'worker', href: `./${built?.fileName ?? SOURCE}` },
          },
        ];
      },
    },
  };
}

function resolved(path: string): string {
  return new URL(path, import.meta.url).pathname;
}

/** What the page alone loads at first is one file: split by who else uses it, it would be 14, and 4 kB more. */
const PAGE_FILE: Rolldown.CodeSplittingOptions = {
  groups: [
    {
      debugName: 'page',
      name: (id, graph) => (isOfWorker(id, graph) ? null : 'page'),
      tags: ['$initial'],
      test: /playground.src/,
    },
  ],
  includeDependenciesRecursively: false,
};

/** Whether a worker loads a module, at first or later: it cannot load the page's file. */
function isOfWorker(id: string, graph: Rolldown.ChunkingContext, seen = new Set<string>()): boolean {
  if (id.endsWith(SOURCE)) return true;
  if (seen.has(id)) return false;
  seen.add(id);
  const { importers = [], dynamicImporters = [] } = graph.getModuleInfo(id) ?? {};
  // The lists are used again for the next module.
  return [...importers, ...dynamicImporters].some((importer) => isOfWorker(importer, graph, seen));
}
